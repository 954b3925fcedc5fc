import { Injectable } from '@nestjs/common';
import type { BulkRow } from '#persistence';
import type { RecordBatch } from '../commit/record-batch.js';

/** Which rows must not be replayed any more. */
export type ReplayGuard = (rows: readonly BulkRow[]) => Promise<ReadonlySet<BulkRow>>;

/** Who has a say in what is replayed from a spool: features above `ingest/` register theirs. */
@Injectable()
export class ReplayGuards {
  private readonly guards: ReplayGuard[] = [];

  register(guard: ReplayGuard): void {
    this.guards.push(guard);
  }

  /** Those that must not come back. */
  async refused(rows: readonly BulkRow[]): Promise<Set<BulkRow>> {
    const refused = new Set<BulkRow>();
    for (const guard of this.guards) for (const row of await guard(rows)) refused.add(row);
    return refused;
  }

  /** What is left of each batch; a batch of which nothing is left is not in the answer. */
  async filter(batches: readonly RecordBatch[]): Promise<Map<RecordBatch, RecordBatch>> {
    const refused = await this.refused(batches.flatMap(({ parts }) => parts.flatMap((part) => part.rows)));
    const kept = new Map<RecordBatch, RecordBatch>();
    for (const batch of batches) {
      const rest = refused.size === 0 ? batch : { ...batch, parts: withoutRows(batch.parts, refused) };
      if (rest.parts.length > 0) kept.set(batch, rest);
    }
    return kept;
  }
}

/** Rows that belong to a refused one go with it. */
export function withoutRows<Part extends { rows: readonly BulkRow[] }>(
  parts: readonly Part[],
  refused: ReadonlySet<BulkRow>,
): Part[] {
  const gone = new Set(parts.flatMap(({ rows }) => rows.filter((row) => refused.has(row)).map(({ id }) => id)));
  const stays = (row: BulkRow): boolean =>
    !refused.has(row) && !(row.feedback_id !== undefined && gone.has(row.feedback_id));
  return parts.map((part) => ({ ...part, rows: part.rows.filter(stays) })).filter(({ rows }) => rows.length > 0);
}
