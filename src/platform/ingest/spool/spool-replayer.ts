import { codeOf } from '#kernel';
import { traced } from '#observability';
import { DataRefusedError, PartitionMissingError } from '#persistence';
import { type BatchOutcome, type BatchOutcomes, type RecordBatch, rowsOf } from '../commit/record-batch.js';
import type { Spool, SpooledEntry } from './spool.js';

export interface ReplayOptions {
  commit(batches: readonly RecordBatch[]): Promise<BatchOutcomes>;
  /** Receives the numbers of replayed and buried entries after each step. */
  onProgress?(replayed: number, buried: number): void;
}

export const REPLAY_ROWS = 200;

/**
 * Replays the records in the spool to the database, oldest first.
 *
 * - at least once: an entry leaves the spool only after the database has committed it; existing rows stay unchanged, so
 *   that repeating an entry is harmless
 * - an entry that the database refuses because of its data or a missing partition is found by halving, and buried as a
 *   dead letter with the reason; the others are stored
 * - an entry whose id or `Idempotency-Key` belongs to another record is buried too: it was acknowledged, so it is never
 *   dropped
 */
export class SpoolReplayer {
  constructor(
    private readonly spool: Spool,
    private readonly options: ReplayOptions,
  ) {}

  /**
   * Replays the oldest entries, at most 200. Returns how many left the spool; 0 if it is empty.
   * @throws the errors of the database and of the spool; no entry is lost then
   */
  async step(): Promise<number> {
    const read = await this.spool.oldest(REPLAY_ROWS);
    const entries = this.bounded(read.entries);
    const buried = entries.length === 0 ? 0 : await this.store(entries);
    if (entries.length + read.buried > 0) this.options.onProgress?.(entries.length - buried, buried + read.buried);
    return entries.length + read.buried;
  }

  /** Returns the first entries with at most 200 rows in total, but at least one entry. */
  private bounded(entries: SpooledEntry[]): SpooledEntry[] {
    let rows = 0;
    return entries.filter(({ parts }, i) => {
      rows += parts.reduce((sum, [, list]) => sum + list.length, 0);
      return i === 0 || rows <= REPLAY_ROWS;
    });
  }

  /** Returns the number of buried entries. */
  private async store(entries: SpooledEntry[]): Promise<number> {
    const [first] = entries;
    if (first === undefined) return 0;
    try {
      const batches = entries.map((entry) => this.toBatch(entry));
      const outcomes = await traced('spool replay', { batches: batches.length }, () => this.options.commit(batches));
      return await this.settle(
        entries,
        batches.map((batch) => outcomes.get(batch)),
      );
    } catch (error) {
      if (!(error instanceof DataRefusedError || error instanceof PartitionMissingError)) throw error;
      if (entries.length === 1) {
        await this.spool.bury(first.seq, codeOf(error.cause) ?? error.code);
        return 1;
      }
      const half = Math.ceil(entries.length / 2);
      return (await this.store(entries.slice(0, half))) + (await this.store(entries.slice(half)));
    }
  }

  private async settle(entries: SpooledEntry[], outcomes: (BatchOutcome | undefined)[]): Promise<number> {
    const done: number[] = [];
    let buried = 0;
    for (const [i, { seq }] of entries.entries()) {
      const kind = outcomes[i]?.kind;
      if (kind === undefined || kind === 'replayed') done.push(seq);
      else {
        await this.spool.bury(seq, kind === 'key_reused' ? 'idempotency_key_reused' : 'id_taken');
        buried += 1;
      }
    }
    if (done.length > 0) await this.spool.remove(done);
    return buried;
  }

  private toBatch({ claim, clock, parts }: SpooledEntry): RecordBatch {
    const groups = parts.map(([table, rows]) => {
      const insert = this.spool.insertOf(table);
      // A later version wrote the entry. It stays among the dead letters until that version is installed again.
      if (!insert)
        throw new DataRefusedError(Object.assign(new Error('unknown kind'), { code: `unknown kind ${table}` }));
      return { insert, rows };
    });
    const batch = { parts: groups, bytes: 0, ...(claim ? { claim } : {}), ...(clock ? { clock } : {}) };
    return { ...batch, bytes: rowsOf(batch) };
  }
}
