import {
  type BulkGroup,
  type BulkInsert,
  type BulkRow,
  DataRefusedError,
  PartitionMissingError,
} from '../../persistence/index.js';
import type { Spool, SpooledRecord } from './spool.js';

export interface ReplayOptions {
  commit(groups: readonly BulkGroup[]): Promise<void>;
  /** Told after each step what was replayed and what was buried. */
  onProgress?(replayed: number, buried: number): void;
}

export const REPLAY_ROWS = 200;

/**
 * Moves what waits in the spool into the database, oldest first.
 *
 * - at least once: a record leaves the spool only after the database has committed it; rows that are there already are left
 *   alone, so that once more does no harm
 * - a record that the database refuses because of its data, or has no partition for, is found by halving and buried with the reason; the others go on
 */
export class SpoolReplayer {
  constructor(
    private readonly spool: Spool,
    private readonly options: ReplayOptions,
  ) {}

  /**
   * Replays the oldest records, at most 200. Answers how many left the spool: 0 when none waits.
   * @throws what the database threw, when it is away; nothing is lost then
   */
  async step(): Promise<number> {
    const records = await this.spool.oldest(REPLAY_ROWS);
    if (records.length === 0) return 0;
    const buried = await this.store(records);
    this.options.onProgress?.(records.length - buried, buried);
    return records.length;
  }

  /** Answers how many were buried. */
  private async store(records: SpooledRecord[]): Promise<number> {
    const [first] = records;
    if (first === undefined) return 0;
    try {
      await this.options.commit(this.group(records));
      await this.spool.remove(records.map(({ seq }) => seq));
      return 0;
    } catch (error) {
      if (!(error instanceof DataRefusedError || error instanceof PartitionMissingError)) throw error;
      if (records.length === 1) {
        await this.spool.bury(first.seq, error.cause instanceof Error ? codeOf(error.cause) : error.code);
        return 1;
      }
      const half = Math.ceil(records.length / 2);
      return (await this.store(records.slice(0, half))) + (await this.store(records.slice(half)));
    }
  }

  private group(records: readonly SpooledRecord[]): BulkGroup[] {
    const groups = new Map<BulkInsert, BulkRow[]>();
    for (const { kind, row } of records) {
      const insert = this.spool.insertOf(kind);
      // A newer version wrote it: it waits in the dead letters until that version is back.
      if (!insert)
        throw new DataRefusedError(Object.assign(new Error('unknown kind'), { code: `unknown kind ${kind}` }));
      const rows = groups.get(insert);
      if (rows) rows.push(row);
      else groups.set(insert, [row]);
    }
    return [...groups].map(([insert, rows]) => ({ insert, rows }));
  }
}

/** SQLSTATE or SQLite code: the message would repeat the value. */
function codeOf(error: Error): string {
  return String((error as { code?: unknown }).code ?? error.name);
}
