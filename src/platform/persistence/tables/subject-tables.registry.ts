import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { WriteSession } from '../contract/database.js';

/** Rows of another table that go with those of a subject. */
export interface SubjectChild {
  store: string;
  table: string;
  /** Holds the id. */
  column: string;
  /** What names them, where it is not `id`. */
  key?: string;
  /** Which they are, where the column alone does not tell; `marks` the ids. */
  matching?: (marks: string) => string;
}

/** A table that holds what belongs to a data subject, a `user_id`. Its key is `id`. */
export interface SubjectTable {
  /** What it is called in certificates and exports. */
  store: string;
  table: string;
  /** When a row was accepted: what came before an erasure is erased, also when it arrives later. */
  accepted: string;
  /** Rows of other tables that go with them. */
  children: readonly SubjectChild[];
  /** Rows of other tables of subjects that name them and no subject of their own: said by the same person, they go too, with what is theirs. */
  dependents?: readonly { table: string; column: string; where: string }[];
  /** Runs before a deletion, `$1` the tenant, `marks` the ids. */
  before?: (marks: string) => string;
  /** Files of rows, for an export. */
  files?: (tenant: TenantContext, ids: readonly string[]) => AsyncIterable<{ name: string; bytes: Buffer }>;
}

/** `removed`: how many rows, by store. */
type Forget = (tenant: TenantContext, removed: Readonly<Record<string, number>>) => Promise<void>;

/** Told of rows that are being deleted, in the same transaction, with these columns. */
export interface EraseHook {
  columns: readonly string[];
  run(session: WriteSession, tenant: TenantContext, rows: readonly Record<string, unknown>[]): Promise<void>;
}

/** Where data subjects are: features register their tables, and what else must forget a subject. */
@Injectable()
export class SubjectTables {
  private readonly tables = new Map<string, SubjectTable>();
  private readonly hooks = new Map<string, EraseHook>();
  private readonly caches: Forget[] = [];

  register(...tables: SubjectTable[]): void {
    for (const table of tables) this.tables.set(table.table, table);
  }

  /** What a table above knows of the rows of one below, such as sums over them. */
  onErase(table: string, hook: EraseHook): void {
    this.hooks.set(table, hook);
  }

  /** A cache, or an index, that cannot tell whose its entries are. */
  onForget(forget: Forget): void {
    this.caches.push(forget);
  }

  async forget(tenant: TenantContext, removed: Readonly<Record<string, number>>): Promise<void> {
    for (const forget of this.caches) await forget(tenant, removed);
  }

  hookOf(table: string): EraseHook | undefined {
    return this.hooks.get(table);
  }

  get all(): SubjectTable[] {
    return [...this.tables.values()];
  }
}
