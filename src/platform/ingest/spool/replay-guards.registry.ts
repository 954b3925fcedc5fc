import { Injectable } from '@nestjs/common';
import type { ClockMark } from '#kernel';
import type { BulkRow } from '#persistence';
import type { RecordBatch } from '../commit/record-batch.js';

/** Returns the state of the server's clock when it accepted a row; undefined if that is not known. */
export type ClockOf = (row: BulkRow) => ClockMark | undefined;

/** Returns the rows that must not be replayed. */
export type ReplayGuard = (rows: readonly BulkRow[], clockOf: ClockOf) => Promise<ReadonlySet<BulkRow>>;

/** Guards that keep rows, such as those of erased subjects, from being replayed. Features register them. */
@Injectable()
export class ReplayGuards {
  private readonly guards: ReplayGuard[] = [];

  register(guard: ReplayGuard): void {
    this.guards.push(guard);
  }

  /** Returns the rows that any guard refuses. */
  async refused(rows: readonly BulkRow[], clockOf: ClockOf = () => undefined): Promise<Set<BulkRow>> {
    const refused = new Set<BulkRow>();
    for (const guard of this.guards) for (const row of await guard(rows, clockOf)) refused.add(row);
    return refused;
  }

  /** Returns each batch without refused rows; a batch without remaining rows is left out. */
  async filter(batches: readonly RecordBatch[]): Promise<Map<RecordBatch, RecordBatch>> {
    const clocks = new Map<BulkRow, ClockMark | undefined>();
    for (const { clock, parts } of batches)
      for (const { rows } of parts) for (const row of rows) clocks.set(row, clock);
    const refused = await this.refused([...clocks.keys()], (row) => clocks.get(row));
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
