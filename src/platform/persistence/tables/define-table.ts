import type { EntitySchemaIndexOptions } from 'typeorm';
import { type CamelCase, camelCase, type TenantContext } from '#kernel';
import { BulkInsert, type BulkRow, type BulkType } from '../contract/bulk-insert.js';
import type { Dialect } from '../contract/dialect.js';
import type { ColumnKind, ColumnType } from '../schema/column-types.js';
import {
  columnsOf,
  type EntityClass,
  type EntityColumn,
  entityOf,
  type PortableForeignKey,
  tableOf,
} from '../schema/portable-columns.js';
import type { TableOptions } from './declarations.js';

type Columns = Readonly<Record<string, ColumnType>>;

/** Declaration of a table by its columns. */
interface ColumnDeclaration<C extends Columns, N extends Names> extends Omit<TableOptions, 'names'> {
  table: string;
  columns: C;
  /** Names of columns in records and files, where they differ from the column. */
  names?: N;
  /** Columns that an insert never sets. */
  notInserted?: readonly string[];
  indexes?: readonly EntitySchemaIndexOptions[];
  foreignKeys?: readonly PortableForeignKey[];
}

/** Declaration of a table whose columns are declared by an entity class. */
interface EntityDeclaration extends TableOptions {
  entity: EntityClass;
  /** Columns that an insert never sets. */
  notInserted?: readonly string[];
}

type Names = Readonly<Record<string, string>>;
type FieldName<K extends string, N> = CamelCase<K extends keyof N ? N[K] & string : K>;
type ValueOf<C> = C extends ColumnType<infer V> ? V : never;

/** One row by column name, as it is inserted. */
export type RowOf<T> = T extends StoredTable<infer C, Names> ? { [K in keyof C]: ValueOf<C[K]> } : never;

type FieldsOf<C, N> = {
  [K in keyof C as K extends 'tenant_id' ? never : FieldName<K & string, N>]: ValueOf<C[K]>;
};
type NullableKeys<R> = { [K in keyof R]-?: null extends R[K] ? K : never }[keyof R];

/** One record of a table: its columns in camel case, without `tenant_id`, decrypted. */
export type RecordOf<T> = T extends StoredTable<infer C, infer N> ? FieldsOf<C, N> : never;

/** A record whose nullable fields may also be missing. */
export type NewRecordOf<T> = Incomplete<RecordOf<T>>;
type Incomplete<R> = Omit<R, NullableKeys<R>> & { [K in NullableKeys<R>]?: R[K] | undefined };

/** Encrypts and decrypts single values, bound to their place. */
interface ValueCipher {
  seal(tenant: TenantContext, place: ValuePlace, text: string): string;
  open(tenant: TenantContext, place: ValuePlace, envelope: string): string;
}

interface ValuePlace {
  table: string;
  column: string;
  id: string;
}

/** Stand-in for tables without encrypted columns. */
const NO_CIPHER: ValueCipher = {
  seal: refuse,
  open: refuse,
};

function refuse(_tenant: TenantContext, { column, table }: ValuePlace): never {
  throw new Error(`${table}.${column} is encrypted: pass a cipher`);
}

interface Field {
  column: EntityColumn;
  name: string;
  sealed: 'text' | 'json' | undefined;
}

const BULK_TYPES: Record<ColumnKind, BulkType> = {
  uuid: 'uuid',
  text: 'text',
  double: 'double',
  integer: 'integer',
  count: 'count',
  sum: 'sum',
  boolean: 'boolean',
  time: 'timestamp',
  json: 'json',
  bytes: 'bytes',
};

/** A stored table. Its entity, its insert and its row type are derived from one declaration of its columns. */
export class StoredTable<C extends Columns = Columns, N extends Names = Names> {
  readonly name: string;
  readonly insert: BulkInsert;
  readonly columns: readonly EntityColumn[];
  /** Column list for SELECT statements. */
  readonly columnList: string;
  private readonly fields: readonly Field[];
  private readonly boundTo: string;

  constructor(
    readonly entity: EntityClass,
    readonly options: Readonly<TableOptions>,
    notInserted: readonly string[] = [],
    /** Carries the types; has no value at run time. */
    readonly declared?: { columns: C; names: N },
  ) {
    const { claims, id, identity, names = {}, newer, sealed } = options;
    this.name = tableOf(entity);
    this.columns = columnsOf(entity);
    this.columnList = this.columns.map(({ name }) => name).join(', ');
    this.fields = this.columns
      .filter(({ name }) => name !== 'tenant_id')
      .map((column) => ({
        column,
        name: camelCase(names[column.name] ?? column.name),
        sealed: sealed?.columns[column.name],
      }));
    this.boundTo = camelCase(sealed?.boundTo ?? 'id');
    const inserted = this.columns.filter(({ name }) => !notInserted.includes(name));
    const types = Object.fromEntries(inserted.map(({ kind, name }) => [name, BULK_TYPES[kind]]));
    this.insert = new BulkInsert(this.name, types, {
      ...(claims ? { claims } : {}),
      ...(id ? { key: id } : {}),
      ...(identity ? { identity } : {}),
      ...(newer === undefined ? {} : { newer }),
    });
  }

  /** Returns the record with null for every missing value. */
  complete(record: Incomplete<FieldsOf<C, N>>): FieldsOf<C, N> {
    const given = record as Record<string, unknown>;
    return Object.fromEntries(this.fields.map(({ name }) => [name, given[name] ?? null])) as FieldsOf<C, N>;
  }

  /** Returns the row of a record, with its sensitive values encrypted. */
  toRow(tenant: TenantContext, record: FieldsOf<C, N>, cipher: Pick<ValueCipher, 'seal'> = NO_CIPHER): BulkRow {
    const given = record as Record<string, unknown>;
    const row: Record<string, unknown> = { tenant_id: tenant.tenantId };
    for (const { column, name, sealed } of this.fields) {
      const value = given[name];
      row[column.name] =
        sealed === undefined || value === null || value === undefined
          ? value
          : cipher.seal(
              tenant,
              this.place(String(given[this.boundTo]), column.name),
              sealed === 'json' ? JSON.stringify(value) : String(value),
            );
    }
    return row;
  }

  /** Returns the record of a stored row. @throws UnreadableFieldError when no key of this server decrypts a value */
  fromRow(
    tenant: TenantContext,
    row: Readonly<Record<string, unknown>>,
    dialect: Dialect,
    cipher: Pick<ValueCipher, 'open'> = NO_CIPHER,
  ): FieldsOf<C, N> {
    const record: Record<string, unknown> = {};
    for (const { column, name } of this.fields) record[name] = readValue(row[column.name], column.kind, dialect);
    for (const { column, name, sealed } of this.fields) {
      const envelope = record[name];
      if (sealed === undefined || envelope === null) continue;
      const text = cipher.open(tenant, this.place(String(record[this.boundTo]), column.name), String(envelope));
      record[name] = sealed === 'json' ? (JSON.parse(text) as unknown) : text;
    }
    return record as FieldsOf<C, N>;
  }

  /** Returns the place of one value, to which its envelope is bound. */
  place(id: string, column: keyof C & string): ValuePlace {
    return { table: this.name, column, id };
  }
}

function readValue(value: unknown, kind: ColumnKind, dialect: Dialect): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'time') return dialect.readTime(value);
  if (kind === 'json') return dialect.readJson(value);
  if (kind === 'boolean') return dialect.readBoolean(value);
  return kind === 'count' ? Number(value) : value;
}

/**
 * Declares a stored table once: its columns and keys, and the facts that retention, erasure, encryption, files, growth
 * and webhooks need. `StoredTables.register` makes it known.
 */
export function defineTable<const C extends Columns, const N extends Names = Record<never, never>>(
  declaration: ColumnDeclaration<C, N>,
): StoredTable<C, N>;
export function defineTable(declaration: EntityDeclaration): StoredTable;
export function defineTable(declaration: ColumnDeclaration<Columns, Names> | EntityDeclaration): StoredTable {
  if ('entity' in declaration) {
    const { entity, notInserted, ...options } = declaration;
    return new StoredTable(entity, options, notInserted);
  }
  const { columns, foreignKeys, indexes, notInserted, table, ...options } = declaration;
  return new StoredTable(entityOf(table, columns, indexes, foreignKeys), options, notInserted);
}
