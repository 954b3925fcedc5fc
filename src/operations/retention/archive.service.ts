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
      remedy: 'Check FL_ARCHIVE_DIR. Nothing is deleted until the archive can be written.',
      logLevel: 'error',
      cause,
    });
  }
}

/**
 * Archives the rows that retention deletes, if FL_ARCHIVE_DIR is set.
 *
 * - Each run writes one file of JSON lines, `{table, row}`. Rows are archived as they are stored: encrypted values stay
 *   encrypted.
 * - The lines are durable before the rows are deleted. After a crash in between, a row may be in the archive twice.
 */
@Injectable()
export class Archive {
  private readonly lock = new FolderLock();

  constructor(private readonly config: FeedbackLoopConfig) {}

  /** Runs `work` while no server, including others that share `archiveDir`, can append to its files. */
  runExclusively<T>(archiveDir: string, work: () => Promise<T>): Promise<T> {
    return this.lock.run(archiveDir, work);
  }

  get enabled(): boolean {
    return this.config.retention.archiveDir !== undefined;
  }

  /**
   * Appends rows, by table, to the file of `run`. Does nothing if no archive is configured.
   *
   * @throws ArchiveError (503) if the archive cannot be written
   */
  async append(run: RetentionRun, tables: readonly [string, unknown[]][]): Promise<void> {
    const {
      retention: { archiveDir },
    } = this.config;
    if (archiveDir === undefined) return;
    try {
      await mkdir(archiveDir, { recursive: true, mode: 0o700 });
      await this.runExclusively(archiveDir, () => this.appendLines(archiveDir, run, tables));
    } catch (error) {
      throw new ArchiveError(error);
    }
  }

  private async appendLines(
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
