import { Injectable } from '@nestjs/common';

/** What has a retention of its own. */
export const RETENTION_KINDS = ['predictions', 'feedback'] as const;
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

/** What retention deletes: features register their tables. */
@Injectable()
export class RetainedTables {
  private readonly tables: RetainedTable[] = [];

  register(...tables: RetainedTable[]): void {
    this.tables.push(...tables);
  }

  of(kind: RetentionKind): RetainedTable[] {
    return this.tables.filter((table) => table.kind === kind);
  }
}
