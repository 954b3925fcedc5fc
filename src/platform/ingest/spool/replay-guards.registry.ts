import { Injectable } from '@nestjs/common';
import type { BulkRow } from '#persistence';
import type { RecordBatch } from '../commit/record-batch.js';

/** Returns the rows that must not be replayed. */
export type ReplayGuard = (rows: readonly BulkRow[]) => Promise<ReadonlySet<BulkRow>>;

/** Guards that keep rows, such as those of erased subjects, from being replayed. Features register them. */
@Injectable()
export class ReplayGuards {
  private readonly guards: ReplayGuard[] = [];

  register(guard: ReplayGuard): void {
    this.guards.push(guard);
  }

  /** Returns the rows that any guard refuses. */
  async refused(rows: readonly BulkRow[]): Promise<Set<BulkRow>> {
    const refused = new Set<BulkRow>();
    for (const guard of this.guards) for (const row of await guard(rows)) refused.add(row);
    return refused;
  }

  /** Returns each batch without refused rows; a batch without remaining rows is left out. */
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

/** Removes refused rows, and rows that depend on one of them. */
export function withoutRows<Part extends { rows: readonly BulkRow[] }>(
  parts: readonly Part[],
  refused: ReadonlySet<BulkRow>,
): Part[] {
  const gone = new Set(parts.flatMap(({ rows }) => rows.filter((row) => refused.has(row)).map(({ id }) => id)));
  const stays = (row: BulkRow): boolean =>
    !refused.has(row) && !(row.feedback_id !== undefined && gone.has(row.feedback_id));
  return parts.map((part) => ({ ...part, rows: part.rows.filter(stays) })).filter(({ rows }) => rows.length > 0);
}
