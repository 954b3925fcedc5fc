import { Injectable } from '@nestjs/common';
import type { BulkGroup, BulkRow } from '#persistence';

/**
 * Returns rows to write in the same transaction as `rows`, which are new. Rows of the same `writer` are written by one
 * transaction at a time.
 */
export type CommitHook = (rows: readonly BulkRow[], writer: string) => BulkGroup[];

/** Hooks, by table, that add rows to the transaction of a record, such as rollups. Features register them. */
@Injectable()
export class CommitHooks {
  private readonly hooks = new Map<string, CommitHook[]>();

  register(table: string, hook: CommitHook): void {
    this.hooks.set(table, [...(this.hooks.get(table) ?? []), hook]);
  }

  /** Returns whether a table has hooks. */
  has(table: string): boolean {
    return this.hooks.has(table);
  }

  /** Returns the rows that hooks derive from new rows. */
  rowsFor({ insert, rows }: BulkGroup, writer: string): BulkGroup[] {
    return (this.hooks.get(insert.table) ?? []).flatMap((hook) => hook(rows, writer));
  }
}
