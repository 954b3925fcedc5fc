import { Injectable } from '@nestjs/common';
import type { BulkGroup } from '../contract/database.js';
import type { Dialect } from '../contract/dialect.js';

/** What has a retention of its own. */
export const RETENTION_KINDS = ['predictions', 'feedback', 'metrics'] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

/** A table whose rows expire. Its key is `id`. */
export interface RetainedTable {
  kind: RetentionKind;
  table: string;
  /** The column by which rows expire. */
  time: string;
  /** Rows of other tables that go with them. */
  children: readonly { table: string; column: string }[];
  /** By month on `id` in PostgreSQL: partitions that are past everybody's time are dropped. */
  partitioned?: boolean;
  /** Run before a deletion, `$1` the tenant, `marks` the ids. */
  before?: (marks: string) => string;
}

/** What is written down of rows that retention deletes, in the same transaction. */
export interface RetirementLedger {
  /** Of the deleted rows, what it wants to know. */
  columns: readonly string[];
  entries(rows: readonly Record<string, unknown>[], dialect: Dialect): BulkGroup[];
  /** The same for all rows of a span of time, on PostgreSQL; each statement takes `[from, to]`. */
  ofSpan: readonly string[];
}

/** What retention deletes: features register their tables. */
@Injectable()
export class RetainedTables {
  private readonly tables: RetainedTable[] = [];
  private readonly ledgers = new Map<string, RetirementLedger>();
  private readonly forgetting = new Map<RetentionKind, (() => Promise<void>)[]>();

  register(...tables: RetainedTable[]): void {
    this.tables.push(...tables);
  }

  keepLedger(table: string, ledger: RetirementLedger): void {
    this.ledgers.set(table, ledger);
  }

  ledgerOf(table: string): RetirementLedger | undefined {
    return this.ledgers.get(table);
  }

  /** Something beside the tables that keeps what was deleted, such as an index. */
  onDeleted(kind: RetentionKind, forget: () => Promise<void>): void {
    this.forgetting.set(kind, [...(this.forgetting.get(kind) ?? []), forget]);
  }

  async forget(kind: RetentionKind): Promise<void> {
    for (const forget of this.forgetting.get(kind) ?? []) await forget();
  }

  of(kind: RetentionKind): RetainedTable[] {
    return this.tables.filter((table) => table.kind === kind);
  }
}
