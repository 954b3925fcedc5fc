import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { BulkInsert } from '../contract/bulk-insert.js';
import { ENTITIES } from '../schema/entities.js';
import type { EntityClass } from '../schema/portable-columns.js';
import type {
  EraseHook,
  ParentDeclaration,
  RetainedTable,
  RetentionKind,
  RetirementLedger,
  SealedTable,
  SubjectTable,
  TableBehaviour,
  TransferKind,
  TransferTable,
} from './declarations.js';
import type { StoredTable } from './define-table.js';

/**
 * Every stored table, registered by its feature, with the facts that retention, erasure, exports, encryption, growth
 * and the spool need.
 *
 * - the `parent` of each table determines which rows are deleted together
 * - `attach` lets another feature add behaviour for data that it derives from a table, such as sums and cached results
 */
@Injectable()
export class StoredTables {
  private readonly tables = new Map<string, StoredTable>();
  private readonly behaviours = new Map<string, TableBehaviour[]>();

  /** Registers a table. @throws Error when its name is taken, which is a bug */
  register(table: StoredTable, behaviour?: TableBehaviour): void {
    if (this.tables.has(table.name)) throw new Error(`${table.name} is registered twice`);
    this.tables.set(table.name, table);
    if (behaviour) this.attach(table.name, behaviour);
  }

  /** Adds behaviour to a table, which need not be registered yet. */
  attach(table: string, behaviour: TableBehaviour): void {
    this.behaviours.set(table, [...this.behavioursOf(table), behaviour]);
  }

  get all(): StoredTable[] {
    return [...this.tables.values()];
  }

  /** Entities of all tables, including the registered ones. */
  get entities(): EntityClass[] {
    return [...new Set([...ENTITIES, ...this.all.map(({ entity }) => entity)])];
  }

  /** Returns the insert of a table, for records that return from a spool, or undefined when the table is unknown. */
  insertOf(table: string): BulkInsert | undefined {
    return this.tables.get(table)?.insert;
  }

  /** Returns the tables whose rows expire with this kind. */
  retained(kind: RetentionKind): RetainedTable[] {
    return this.all.flatMap(({ name, options: { beforeDelete, retention } }) => {
      if (retention?.kind !== kind) return [];
      const children = this.childrenOf(name)
        .filter(({ parent: { expires = true } }) => expires)
        .map(({ parent: { column }, table }) => ({ table: table.name, column }));
      return [{ ...retention, table: name, children, ...(beforeDelete ? { before: beforeDelete } : {}) }];
    });
  }

  /** Tables with rows of data subjects. */
  get subjects(): SubjectTable[] {
    return this.all.flatMap(({ name, options: { acceptedAt, beforeDelete, subject } }) => {
      if (!subject) return [];
      if (acceptedAt === undefined) throw new Error(`${name} does not declare acceptedAt`);
      const files = this.behavioursOf(name).find((each) => each.files)?.files;
      return [
        {
          ...subject,
          table: name,
          accepted: acceptedAt,
          children: this.childrenOf(name).map(({ parent: { column, key, matching }, table }) => ({
            store: table.options.store ?? table.options.subject?.store ?? table.name,
            table: table.name,
            column,
            ...(key === undefined ? {} : { key }),
            ...(matching ? { matching } : {}),
          })),
          ...(beforeDelete ? { before: beforeDelete } : {}),
          ...(files ? { files } : {}),
        },
      ];
    });
  }

  /** @throws Error when no table is transferred as this kind, which is a bug */
  transfer(kind: TransferKind): TransferTable {
    const table = this.all.find(({ options }) => options.transfer?.kind === kind);
    if (!table?.options.transfer) throw new Error(`no table is registered for ${kind}`);
    const { columns, insert, name, options } = table;
    const services = this.behavioursOf(name).map(({ transfer }) => transfer);
    return Object.assign(
      { ...options.transfer, columns, insert, names: options.names ?? {}, sealed: options.sealed },
      ...services,
    ) as TransferTable;
  }

  /** Tables with encrypted columns. */
  get sealed(): SealedTable[] {
    return this.all.flatMap(({ name, options: { sealed } }) =>
      sealed
        ? [
            {
              table: name,
              columns: Object.entries(sealed.columns).map(([column, kind]) => ({ name: column, kind })),
              boundTo: sealed.boundTo ?? 'id',
            },
          ]
        : [],
    );
  }

  /** Tables whose growth is measured. `rows` selects `tenant_id` and `n`. */
  get growing(): { table: string; partitioned: boolean; rows: string | undefined }[] {
    return this.all.flatMap(({ name, options: { growth } }) => {
      if (!growth) return [];
      const rows = this.behavioursOf(name).find(({ countRows }) => countRows !== undefined)?.countRows;
      return [{ table: name, partitioned: growth.partitioned ?? false, rows }];
    });
  }

  ledgerOf(table: string): RetirementLedger | undefined {
    return this.behavioursOf(table).find(({ ledger }) => ledger)?.ledger;
  }

  eraseHookOf(table: string): EraseHook | undefined {
    return this.behavioursOf(table).find(({ onErase }) => onErase)?.onErase;
  }

  /** Clears the caches and indexes that may still hold erased rows. `removed` counts rows by store. */
  async clearCaches(tenant: TenantContext, removed: Readonly<Record<string, number>>): Promise<void> {
    for (const { clearCaches } of [...this.behaviours.values()].flat()) await clearCaches?.(tenant, removed);
  }

  /** Runs the tasks that follow a deletion by retention. */
  async afterExpiry(kind: RetentionKind): Promise<void> {
    for (const { name, options } of this.all)
      if (options.retention?.kind === kind) for (const { onExpired } of this.behavioursOf(name)) await onExpired?.();
  }

  private behavioursOf(table: string): readonly TableBehaviour[] {
    return this.behaviours.get(table) ?? [];
  }

  private childrenOf(name: string): { table: StoredTable; parent: ParentDeclaration }[] {
    return this.all.flatMap((table) => {
      const { parent = [] } = table.options;
      return (Array.isArray(parent) ? (parent as readonly ParentDeclaration[]) : [parent as ParentDeclaration])
        .filter((each) => each.table === name)
        .map((each) => ({ table, parent: each }));
    });
  }
}
