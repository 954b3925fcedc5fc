import { Injectable } from '@nestjs/common';
import type { BulkGroup, BulkRow } from '#persistence';

/**
 * Rows to be written in the same transaction as `rows`, which are new to their table. `writer` names who writes: rows of one writer
 * are written by one transaction at a time.
 */
export type CommitHook = (rows: readonly BulkRow[], writer: string) => BulkGroup[];

/** What rides in the transaction of a record, such as sums over it: features above `ingest/` register theirs, by table. */
@Injectable()
export class CommitHooks {
  private readonly riders = new Map<string, CommitHook[]>();

  register(table: string, rider: CommitHook): void {
    this.riders.set(table, [...(this.riders.get(table) ?? []), rider]);
  }

  /** Whether anything rides with rows of this table. */
  has(table: string): boolean {
    return this.riders.has(table);
  }

  of({ insert, rows }: BulkGroup, writer: string): BulkGroup[] {
    return (this.riders.get(insert.table) ?? []).flatMap((rider) => rider(rows, writer));
  }
}
