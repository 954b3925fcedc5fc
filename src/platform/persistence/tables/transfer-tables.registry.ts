import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { BulkInsert, BulkRow } from '../contract/bulk-insert.js';
import type { BulkGroup } from '../contract/database.js';

/** What can be taken out as files, and brought in again. */
export const TRANSFER_KINDS = ['predictions', 'votes', 'labels', 'feedback', 'metrics'] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

/** A record by the names of a file; times are milliseconds since 1970, encrypted values are open. */
export type TransferRecord = Readonly<Record<string, unknown>>;

/** A table whose rows leave and enter as files. Its key is `id`; what a file calls a column is the column, unless renamed. */
export interface TransferTable {
  kind: TransferKind;
  insert: BulkInsert;
  /** The column that ranges of time are about. */
  time: string;
  /** The id begins with that time: partitions are told apart by it. */
  timeInId?: boolean;
  /** Column → name in a file. */
  names?: Readonly<Record<string, string>>;
  /** Columns that are made here and are of no use elsewhere. */
  leftOut: readonly string[];
  /** Names that only whoever may read texts sees. */
  texts: readonly string[];
  /** Encrypted columns that hold JSON; the others hold a text. */
  sealedJson?: readonly string[];
  /** What a file may leave out, by column; `id` and the time need not be named. */
  defaults: Readonly<Record<string, unknown>>;
  /** Columns → what a file shows, where that is not one to one. */
  toRecord?(columns: TransferRecord): TransferRecord;
  /** The opposite, and what is made of other columns; nothing is encrypted yet. */
  toColumns?(tenant: TenantContext, columns: TransferRecord): TransferRecord;
  /** `files`: base64 or data URLs. One that is refused does not keep its record out. */
  withFiles?(tenant: TenantContext, row: BulkRow, files: readonly string[]): Promise<TakenFiles>;
}

/** Files that came with a record: what is to be stored beside it. */
export interface TakenFiles {
  row: BulkRow;
  groups: readonly BulkGroup[];
  taken: number;
  refused: number;
}

/** What exports and imports know: features register their tables. */
@Injectable()
export class TransferTables {
  private readonly tables = new Map<TransferKind, TransferTable>();

  register(...tables: TransferTable[]): void {
    for (const table of tables) this.tables.set(table.kind, table);
  }

  get(kind: TransferKind): TransferTable {
    const table = this.tables.get(kind);
    if (!table) throw new Error(`nobody has registered ${kind}`);
    return table;
  }
}
