import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import type { BulkRow } from '#persistence';
import { Archive } from '#retention';

/** Returns the rows to erase. */
type FindErased = (rows: readonly BulkRow[]) => Promise<ReadonlySet<BulkRow>>;

interface Line {
  table: string;
  row: BulkRow;
}

const REFERENCES = ['prediction_id', 'feedback_id', 'event_id'];
const BATCH_ROWS = 500;

/** Erases rows from the archive, which holds the rows that retention deleted. */
@Injectable()
export class ArchiveErasure {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly archive: Archive,
  ) {}

  /**
   * Rewrites files without the rows that `find` returns and the rows that refer to them.
   *
   * @returns the number of removed rows
   */
  async erase(find: FindErased): Promise<number> {
    const {
      retention: { archiveDir },
    } = this.config;
    if (archiveDir === undefined) return 0;
    const files = await readdir(archiveDir, { recursive: true }).catch(() => [] as string[]);
    let lines = 0;
    for (const name of files.filter((each) => each.endsWith('.jsonl')))
      // A row that retention appends while the file is rewritten would be lost.
      lines += await this.archive.runExclusively(archiveDir, () => this.eraseFrom(join(archiveDir, name), find));
    return lines;
  }

  private async eraseFrom(path: string, find: FindErased): Promise<number> {
    const erasedIds = new Set<unknown>();
    let batch: BulkRow[] = [];
    const checkBatch = async (): Promise<void> => {
      for (const { id } of await find(batch)) erasedIds.add(id);
      batch = [];
    };
    for await (const { row } of linesOf(path)) {
      batch.push(row);
      if (batch.length >= BATCH_ROWS) await checkBatch();
    }
    await checkBatch();
    if (erasedIds.size === 0) return 0;
    const temporary = `${path}.${randomUUID()}.erasing`;
    let removed = 0;
    const keptLines = async function* (): AsyncGenerator<string> {
      for await (const { row, table } of linesOf(path)) {
        const isErased =
          erasedIds.has(row.id) || REFERENCES.some((name) => row[name] !== undefined && erasedIds.has(row[name]));
        if (isErased) removed += 1;
        else yield `${JSON.stringify({ table, row })}\n`;
      }
    };
    try {
      await pipeline(Readable.from(keptLines()), createWriteStream(temporary, { mode: 0o600, flush: true }));
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return removed;
  }
}

/** Skips lines that cannot be parsed, such as the last one after a crash. */
async function* linesOf(path: string): AsyncGenerator<Line> {
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    try {
      yield JSON.parse(text) as Line;
    } catch {
      continue;
    }
  }
}
