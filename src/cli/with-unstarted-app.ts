import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { loadConfig } from '#config';

/**
 * Runs `work` with the services of a server that is never started, and so needs neither a database nor a data
 * directory.
 *
 * The application is imported only here, because commands without it start four times as fast.
 */
export async function withUnstartedApp<T>(work: (app: INestApplication) => Promise<T> | T): Promise<T> {
  const { createApp } = await import('#app');
  const folder = mkdtempSync(join(tmpdir(), 'feedback-loop-unstarted-'));
  try {
    const app = await createApp(loadConfig({ FL_DATA_DIR: folder, FL_LOG_LEVEL: 'silent' }));
    const result = await work(app);
    await app.close();
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
