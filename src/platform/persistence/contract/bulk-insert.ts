import type { DialectName } from '../schema/column-types.js';

/**
 * Types of a bulk column. Values: `uuid` and `text` strings, `timestamp` milliseconds since 1970, `json` any JSON value, `bytes` base64
 * (a row must also go through the spool, as JSON), `count` whole numbers to 2^53, `sum` a bigint of any size, `histogram` counts by bucket as an object.
 */
export type BulkType =
  'uuid' | 'text' | 'timestamp' | 'double' | 'integer' | 'count' | 'sum' | 'boolean' | 'json' | 'histogram' | 'bytes';

/**
 * How a column of a row that is there already takes in another's. A histogram on PostgreSQL is two columns: adding JSON up costs more than
 * all the rest, so that new counts are noted in `<name>_pending` and added up when there are many.
 */
export type Merge = 'sum' | 'least' | 'greatest' | 'histogram';

/** One row by column name; null or absent is NULL. */
export type BulkRow = Readonly<Record<string, unknown>>;

export interface BulkInsertOptions {
  /** Columns whose values may be there already; default: `id`. */
  key?: readonly string[];
  /** Columns that tell whether a row that is there already is the same record; default: none are compared. */
  identity?: readonly string[];
  /**
   * A column that grows with every change: a row that is there already is replaced by one with a greater value. A replay then never
   * overwrites what came after it, whatever the order.
   */
  newer?: string;
  /** Every column that is not of the key: a row that is there already takes the new one in. Only for rows that came in once. */
  merge?: Readonly<Record<string, Merge>>;
  /** A name that a row may have beside its id, unique in a tenant; the row that had it first keeps its id. */
  claims?: NameClaims;
}

/** Who has which name: a table with `tenant_id`, the name and the id. */
export interface NameClaims {
  table: string;
  /** The column of the name, in both tables. */
  name: string;
  /** The column of the id in the table of names. */
  holder: string;
  /** A row under the id that has its name. */
  under(row: BulkRow, id: string): BulkRow;
}

const POSTGRES_TYPES: Record<BulkType, string> = {
  uuid: 'uuid',
  text: 'text',
  timestamp: 'timestamptz',
  double: 'double precision',
  integer: 'integer',
  count: 'bigint',
  sum: 'numeric',
  boolean: 'boolean',
  json: 'jsonb',
  histogram: 'text',
  bytes: 'text',
};

/** Characters of pending counts that are worth adding up. */
const PENDING_LENGTH = 500;

/**
 * An idempotent insert of many rows as one statement, for both dialects from one declaration.
 *
 * - PostgreSQL: one named statement with one jsonb parameter: no parameter limit, one plan, whatever the number of rows
 * - SQLite: one prepared statement, run for each row inside the transaction
 * - rows whose key is already there are left alone, so that a retry is harmless
 * - `taken` finds those of them that hold something else
 */
export class BulkInsert {
  readonly postgres: { name: string; text: string };
  readonly sqlite: string;
  /** Statements that select the ids of rows that are there with another content; undefined without `identity`. */
  readonly taken: { postgres: { name: string; text: string }; sqlite: string } | undefined;
  private readonly columns: [name: string, type: BulkType][];
  private readonly identity: readonly string[];
  private readonly key: readonly string[];
  readonly claims: NameClaims | undefined;
  private readonly newer: string | undefined;
  private readonly merge: Readonly<Record<string, Merge>> | undefined;

  constructor(
    readonly table: string,
    columns: Record<string, BulkType>,
    { claims, key = ['id'], identity = [], newer, merge }: BulkInsertOptions = {},
  ) {
    this.columns = Object.entries(columns);
    this.identity = identity;
    this.key = key;
    this.claims = claims;
    this.newer = newer;
    this.merge = merge;
    const names = this.columns.map(([name]) => name).join(', ');
    const stored = this.columns
      .map(([name, type]) => (type === 'histogram' ? `${name}, ${name}_pending` : name))
      .join(', ');
    const read = this.columns.map(([name, type]) => postgresValue(name, type)).join(', ');
    const typed = this.columns.map(([name, type]) => `${name} ${POSTGRES_TYPES[type]}`).join(', ');
    const conflict = (dialect: DialectName): string => `ON CONFLICT (${key.join(', ')}) DO ${this.onConflict(dialect)}`;
    this.postgres = {
      name: `bulk_${table}`,
      text: `INSERT INTO ${table} (${stored}) SELECT ${read} FROM jsonb_to_recordset($1::jsonb) AS r(${typed}) ${conflict('postgresql')}`,
    };
    const marks = this.columns.map(() => '?').join(', ');
    this.sqlite = `INSERT INTO ${table} (${names}) VALUES (${marks}) ${conflict('sqlite')}`;
    if (identity.length === 0) return;
    const list = (alias: string): string => identity.map((name) => `${alias}.${name}`).join(', ');
    this.taken = {
      postgres: {
        name: `taken_${table}`,
        text:
          `SELECT t.id FROM jsonb_to_recordset($1::jsonb) AS r(${typed}) JOIN ${table} t ON t.id = r.id ` +
          `WHERE (${list('t')}) IS DISTINCT FROM (${list('r')})`,
      },
      sqlite: `SELECT id FROM ${table} WHERE id = ? AND NOT (${identity.map((name) => `${name} IS ?`).join(' AND ')})`,
    };
  }

  private onConflict(dialect: DialectName): string {
    if (this.merge) {
      const taken = Object.entries(this.merge).map(([name, how]) => merged(dialect, how, name, this.table));
      return `UPDATE SET ${taken.join(', ')}`;
    }
    if (this.newer === undefined) return 'NOTHING';
    const changes = this.columns
      .filter(([name]) => !this.key.includes(name))
      .map(([name]) => `${name} = excluded.${name}`);
    return `UPDATE SET ${changes.join(', ')} WHERE excluded.${this.newer} > ${this.table}.${this.newer}`;
  }

  /** Whether two rows with one id are the same record. */
  isSame(one: BulkRow, other: BulkRow): boolean {
    return this.identity.every((name) => JSON.stringify(one[name] ?? null) === JSON.stringify(other[name] ?? null));
  }

  /** The jsonb parameter. */
  forPostgres(rows: readonly BulkRow[]): string {
    return JSON.stringify(
      this.effective(rows).map((row) => {
        const out: Record<string, unknown> = {};
        for (const [name, type] of this.columns) {
          const value = row[name];
          if (value === undefined || value === null) continue;
          out[name] = jsonValue(value, type);
        }
        return out;
      }),
    );
  }

  /** PostgreSQL replaces a row once in a statement; and in one order everywhere, so that two statements wait and do not deadlock. */
  effective(rows: readonly BulkRow[]): readonly BulkRow[] {
    const { newer } = this;
    const keyOf = (row: BulkRow): string => this.key.map((name) => String(row[name])).join('\n');
    if (this.merge)
      return rows
        .map((row) => ({ row, key: keyOf(row) }))
        .sort(byKeyOrder)
        .map(({ row }) => row);
    if (newer === undefined) return rows;
    const byKey = new Map<string, BulkRow>();
    for (const row of rows) {
      const key = keyOf(row);
      const other = byKey.get(key);
      if (!other || String(row[newer]) > String(other[newer])) byKey.set(key, row);
    }
    return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  /** Values in column order, one array a row. */
  forSqlite(rows: readonly BulkRow[]): unknown[][] {
    return rows.map((row) => this.columns.map(([name, type]) => sqliteValue(row[name], type)));
  }

  /** Parameters of `taken.sqlite`, one array a row. */
  takenForSqlite(rows: readonly BulkRow[]): unknown[][] {
    const types = new Map(this.columns);
    return rows.map((row) => [
      row.id,
      ...this.identity.map((name) => sqliteValue(row[name], types.get(name) as BulkType)),
    ]);
  }
}

function byKeyOrder(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : 1;
}

/** Null on either side leaves the other. */
function merged(dialect: DialectName, how: Merge, name: string, table: string): string {
  const [old, added] = [`${table}.${name}`, `excluded.${name}`];
  if (how === 'sum') return `${name} = ${old} + ${added}`;
  if (dialect === 'postgresql')
    return how === 'histogram' ? mergedHistogram(name, table) : `${name} = ${how.toUpperCase()}(${old}, ${added})`;
  if (how === 'histogram') return `${name} = merge_histograms(${old}, ${added})`;
  return `${name} = ${how === 'least' ? 'MIN' : 'MAX'}(COALESCE(${old}, ${added}), COALESCE(${added}, ${old}))`;
}

function mergedHistogram(name: string, table: string): string {
  const pending = `${table}.${name}_pending`;
  const all = `${pending} || excluded.${name}_pending`;
  const few = `length(${pending}) < ${PENDING_LENGTH}`;
  return (
    `${name} = CASE WHEN ${few} THEN ${table}.${name} ELSE merge_histograms(${table}.${name}, ${all}) END, ` +
    `${name}_pending = CASE WHEN ${few} THEN ${all} ELSE '' END`
  );
}

/** A column of the parameter, as it is stored. */
function postgresValue(name: string, type: BulkType): string {
  if (type === 'histogram') return `'{}'::jsonb, ${name}`;
  return type === 'bytes' ? `decode(${name}, 'base64')` : name;
}

function jsonValue(value: unknown, type: BulkType): unknown {
  if (type === 'timestamp') return new Date(value as number).toISOString();
  if (type === 'histogram') return pendingCounts(value as Record<string, number>);
  return type === 'sum' ? String(value) : value;
}

/** `bucket:count ` for each. */
function pendingCounts(histogram: Record<string, number>): string {
  let text = '';
  for (const bucket in histogram) text += `${bucket}:${histogram[bucket]} `;
  return text;
}

function sqliteValue(value: unknown, type: BulkType): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'json' || type === 'histogram') return JSON.stringify(value);
  if (type === 'bytes') return Buffer.from(value as string, 'base64');
  return type === 'boolean' ? Number(value) : value;
}
