import type { ClockMark } from '#kernel';
import type { BulkGroup, BulkInsert, BulkRow } from '#persistence';
import type { Claim } from '../idempotency/claim.js';

/** Rows that become durable together, or not at all. */
export interface RecordBatch {
  parts: readonly BulkGroup[];
  /** Estimated size in bytes, for the bound of the queue. */
  bytes: number;
  /** Claim of the `Idempotency-Key` that the rows were sent with. */
  claim?: Claim;
  /** Whether the caller chose the ids, so that they may belong to other records. */
  chosenIds?: boolean;
  /** State of the server's clock when it accepted the rows; only for rows that are replayed. */
  clock?: ClockMark;
}

/** Outcome of a batch that was not simply stored. */
export type BatchOutcome =
  /** The key was used before for the same request; `answer` is the sealed response. */
  | { kind: 'replayed'; answer: string; recordIds: readonly string[] }
  /** The key was used before for another request. No row was stored. */
  | { kind: 'key_reused' }
  /** Some ids belong to other records. The other rows were stored. */
  | { kind: 'ids_taken'; ids: readonly string[] };

export type BatchOutcomes = ReadonlyMap<RecordBatch, BatchOutcome>;

export function rowsOf({ parts }: Pick<RecordBatch, 'parts'>): number {
  let rows = 0;
  for (const part of parts) rows += part.rows.length;
  return rows;
}

/** Groups rows by table, in the order of arrival. */
export function byTable(batches: readonly RecordBatch[]): BulkGroup[] {
  const tables = new Map<BulkInsert, BulkRow[]>();
  for (const { parts } of batches) {
    for (const { insert, rows } of parts) {
      const list = tables.get(insert);
      if (list) for (const row of rows) list.push(row);
      else tables.set(insert, [...rows]);
    }
  }
  return [...tables].map(([insert, rows]) => ({ insert, rows }));
}
