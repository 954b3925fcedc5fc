import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { formatTime, UnavailableError } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { FolderLock } from '#persistence';
import type { RetentionRun } from './retention.js';

class ArchiveError extends UnavailableError {
  constructor(cause: unknown) {
    super({
      code: 'archive_unavailable',
      detail: 'The archive cannot be written.',
      remedy: 'Look at FL_ARCHIVE_DIR; nothing is deleted until it can be written.',
      logLevel: 'error',
      cause,
    });
  }
}

/**
 * Keeps what retention deletes, when FL_ARCHIVE_DIR is set: one file of JSON lines for each run, `{table, row}`, as the rows are stored
 * (encrypted values stay encrypted). Durable before anything is deleted; after a crash in between a row may stand there twice.
 */
@Injectable()
export class Archive {
  private readonly lock = new FolderLock();

  constructor(private readonly config: FeedbackLoopConfig) {}

  /** While `work` changes the files of `archiveDir`, nobody adds to them, other servers that share it included. */
  alone<T>(archiveDir: string, work: () => Promise<T>): Promise<T> {
    return this.lock.run(archiveDir, work);
  }

  get enabled(): boolean {
    return this.config.retention.archiveDir !== undefined;
  }

  /** @throws ArchiveError */
  async append(run: RetentionRun, tables: readonly [string, unknown[]][]): Promise<void> {
    const {
      retention: { archiveDir },
    } = this.config;
    if (archiveDir === undefined) return;
    try {
      await mkdir(archiveDir, { recursive: true, mode: 0o700 });
      await this.alone(archiveDir, () => this.add(archiveDir, run, tables));
    } catch (error) {
      throw new ArchiveError(error);
    }
  }

  private async add(
    archiveDir: string,
    { id, kind, startedAt, tenantId }: RetentionRun,
    tables: readonly [string, unknown[]][],
  ): Promise<void> {
    const folder = join(archiveDir, tenantId, kind);
    const path = join(folder, `${formatTime(startedAt).slice(0, 10)}-${id}.jsonl`);
    const lines = tables.flatMap(([table, rows]) =>
      rows.map((row) => `${JSON.stringify({ table, row }, bytesAsBase64)}\n`),
    );
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(path, 'a', 0o600);
    try {
      await file.writeFile(lines.join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

function bytesAsBase64(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
}
