import { Injectable } from '@nestjs/common';

/** A table with encrypted columns; its key is `id`. */
export interface SealedTable {
  table: string;
  columns: readonly { name: string; kind: 'text' | 'json' }[];
  /** The column whose value they are bound to; default: `id`. */
  boundTo?: string;
}

/** Where encrypted values stand: features register theirs, so that a new key reaches all of them. */
@Injectable()
export class SealedTables {
  private readonly tables = new Map<string, SealedTable>();

  register(table: SealedTable): void {
    this.tables.set(table.table, table);
  }

  get all(): SealedTable[] {
    return [...this.tables.values()];
  }
}
