import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Clock, CLOCK, formatTime } from '../common/index.js';
import { FeedbackLoopConfig } from '../config/index.js';
import { APP_LOGGER, type AppLogger } from '../observability/index.js';
import { DatabaseSupervisor } from '../persistence/index.js';
import { createKey } from './api-key-format.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** Makes the key with which everything begins, the first time a database without any key is opened. */
@Injectable()
export class FirstKey implements OnModuleInit {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly repository: ApiKeysRepository,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  onModuleInit(): void {
    this.supervisor.onReady(() => this.ensure());
  }

  private async ensure(): Promise<void> {
    const path = adminKeyPath(this.config);
    let written = false;
    try {
      const made = await this.repository.createFirst(createKey(), this.clock.now(), (key) => {
        const kept = setAside(path, this.clock.now());
        if (kept)
          this.logger.warn({ admin_key: kept }, 'admin.key belonged to another database; it was kept under this name');
        writeKeyFile(path, key);
        written = true;
      });
      if (made) this.logger.info({ admin_key: path }, 'first key written; it has every scope');
    } catch (error) {
      // The transaction failed after the file was written: what it holds is no key.
      if (written) rmSync(path, { force: true });
      throw error;
    }
  }
}

export function adminKeyPath({ dataDir }: Pick<FeedbackLoopConfig, 'dataDir'>): string {
  return resolve(join(dataDir, 'admin.key'));
}

/** The file may hold the only key of another database: it is never overwritten. Answers its new name, if there was one. */
function setAside(path: string, now: number): string | undefined {
  if (!existsSync(path)) return undefined;
  const kept = `${path}.until-${formatTime(now).replaceAll(':', '-')}`;
  renameSync(path, kept);
  return kept;
}

/** Written before the commit: a crash between the two leaves a file that the next start replaces, never a key nobody has. */
function writeKeyFile(path: string, key: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${key}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
