import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import type { ReplayGuard } from '#ingest';
import type { BulkRow } from '#persistence';
import { Archive } from '#retention';

interface Line {
  table: string;
  row: BulkRow;
}

const REFERENCES = ['prediction_id', 'feedback_id', 'event_id'];
const AT_ONCE = 500;

/** Erases from the files in which retention wrote down what it deleted. */
@Injectable()
export class ArchiveErasure {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly archive: Archive,
  ) {}

  /** Writes files anew without the rows that `find` finds and what belongs to them. Answers how many lines went. */
  async erase(find: ReplayGuard): Promise<number> {
    const {
      retention: { archiveDir },
    } = this.config;
    if (archiveDir === undefined) return 0;
    const files = await readdir(archiveDir, { recursive: true }).catch(() => [] as string[]);
    let lines = 0;
    for (const name of files.filter((each) => each.endsWith('.jsonl')))
      // Retention must not append to a file that is being written anew.
      lines += await this.archive.alone(archiveDir, () => this.eraseFrom(join(archiveDir, name), find));
    return lines;
  }

  private async eraseFrom(path: string, find: ReplayGuard): Promise<number> {
    const gone = new Set<unknown>();
    let batch: BulkRow[] = [];
    const look = async (): Promise<void> => {
      for (const { id } of await find(batch)) gone.add(id);
      batch = [];
    };
    for await (const { row } of linesOf(path)) {
      batch.push(row);
      if (batch.length >= AT_ONCE) await look();
    }
    await look();
    if (gone.size === 0) return 0;
    const temporary = `${path}.${randomUUID()}.erasing`;
    let removed = 0;
    const kept = async function* (): AsyncGenerator<string> {
      for await (const { row, table } of linesOf(path)) {
        const belongs = gone.has(row.id) || REFERENCES.some((name) => row[name] !== undefined && gone.has(row[name]));
        if (belongs) removed += 1;
        else yield `${JSON.stringify({ table, row })}\n`;
      }
    };
    try {
      await pipeline(Readable.from(kept()), createWriteStream(temporary, { mode: 0o600, flush: true }));
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return removed;
  }
}

/** A line that is none, such as the last one after a crash, is kept out. */
async function* linesOf(path: string): AsyncGenerator<Line> {
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    try {
      yield JSON.parse(text) as Line;
    } catch {
      continue;
    }
  }
}
