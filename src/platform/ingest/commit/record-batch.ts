import type { BulkGroup, BulkInsert, BulkRow } from '#persistence';
import type { Claim } from '../idempotency/claim.js';

/** Rows that become durable together or not at all. */
export interface RecordBatch {
  parts: readonly BulkGroup[];
  /** Estimated size, for the bound of the queue. */
  bytes: number;
  /** The `Idempotency-Key` they were sent with. */
  claim?: Claim;
  /** The caller chose the ids: look whether they are another record's. */
  chosenIds?: boolean;
}

/** What became of a batch other than being stored as it is. */
export type BatchOutcome =
  /** Its key was used before for the same request; `answer` (sealed) was given then. */
  | { kind: 'replayed'; answer: string; recordIds: readonly string[] }
  /** Its key was used before for another request; nothing of it was stored. */
  | { kind: 'key_reused' }
  /** These of its ids belong to other records; the rest was stored. */
  | { kind: 'ids_taken'; ids: readonly string[] };

export type BatchOutcomes = ReadonlyMap<RecordBatch, BatchOutcome>;

export function rowsOf({ parts }: Pick<RecordBatch, 'parts'>): number {
  let rows = 0;
  for (const part of parts) rows += part.rows.length;
  return rows;
}

/** One group for each table, in the order of arrival. */
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
