import type { DialectName } from '../schema/column-types.js';

/**
 * Types of a bulk column. Values are strings for `uuid` and `text`, milliseconds since 1970 for `timestamp`, any JSON
 * value for `json`, base64 for `bytes` (because rows also pass through the spool as JSON), integers up to 2^53 for
 * `count`, a bigint of any size for `sum`, and an object of counts by bucket for `histogram`.
 */
export type BulkType =
  'uuid' | 'text' | 'timestamp' | 'double' | 'integer' | 'count' | 'sum' | 'boolean' | 'json' | 'histogram' | 'bytes';

/**
 * How a value is merged into an existing row. On PostgreSQL a histogram has two columns: adding JSON objects costs more
 * than the rest of the insert, so new counts are appended to `<name>_pending` and added up once there are many.
 */
export type Merge = 'sum' | 'least' | 'greatest' | 'histogram';

/** One row by column name. A value that is null or missing is stored as NULL. */
export type BulkRow = Readonly<Record<string, unknown>>;

export interface BulkInsertOptions {
  /** Columns of the conflict key; default: `id`. */
  key?: readonly string[];
  /** Columns that decide whether an existing row is the same record; default: none are compared. */
  identity?: readonly string[];
  /**
   * A column that grows with every change. An existing row is replaced only by a row with a greater value, so a replay
   * never overwrites a later change, whatever the order.
   */
  newer?: string;
  /** How each column outside the key is merged into an existing row. Only for rows that are inserted exactly once. */
  merge?: Readonly<Record<string, Merge>>;
  /** A name that a row may have besides its id, unique in a tenant. The first row that claims a name keeps its id. */
  claims?: NameClaims;
}

/** The table that records which id holds a name. It has `tenant_id`, the name and the id. */
export interface NameClaims {
  table: string;
  /** Column of the name, in both tables. */
  name: string;
  /** Column of the id in the table of names. */
  holder: string;
  /** Returns the row under the id that already holds its name. */
  withId(row: BulkRow, id: string): BulkRow;
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

/** Pending counts longer than this, in characters, are added up. */
const MAX_PENDING_LENGTH = 500;

/**
 * An idempotent insert of many rows in one statement, for both dialects from one declaration.
 *
 * - on PostgreSQL it is one named statement with one jsonb parameter: there is no parameter limit, and one plan for any
 *   number of rows
 * - on SQLite it is one prepared statement that runs for each row inside the transaction
 * - it ignores rows whose key exists, so a retry is harmless
 * - `conflicting` finds existing rows that hold another record
 */
export class BulkInsert {
  readonly postgres: { name: string; text: string };
  readonly sqlite: string;
  /** Statements that select the ids of existing rows with other content; undefined without `identity`. */
  readonly conflicting: { postgres: { name: string; text: string }; sqlite: string } | undefined;
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
    this.conflicting = {
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
      const updates = Object.entries(this.merge).map(([name, merge]) => merged(dialect, merge, name, this.table));
      return `UPDATE SET ${updates.join(', ')}`;
    }
    if (this.newer === undefined) return 'NOTHING';
    const changes = this.columns
      .filter(([name]) => !this.key.includes(name))
      .map(([name]) => `${name} = excluded.${name}`);
    return `UPDATE SET ${changes.join(', ')} WHERE excluded.${this.newer} > ${this.table}.${this.newer}`;
  }

  /** Returns whether two rows with the same id are the same record. */
  isSame(a: BulkRow, b: BulkRow): boolean {
    return this.identity.every((name) => JSON.stringify(a[name] ?? null) === JSON.stringify(b[name] ?? null));
  }

  /** Returns the jsonb parameter. */
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

  /**
   * Returns the rows to insert: one per key, because PostgreSQL can update a row only once per statement, and in an
   * order that is the same everywhere, because two statements would otherwise deadlock.
   */
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

  /** Returns the values in column order, one array per row. */
  forSqlite(rows: readonly BulkRow[]): unknown[][] {
    return rows.map((row) => this.columns.map(([name, type]) => sqliteValue(row[name], type)));
  }

  /** Returns the parameters of `conflicting.sqlite`, one array per row. */
  conflictingForSqlite(rows: readonly BulkRow[]): unknown[][] {
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

/** Returns the assignment of a merged column. A null on either side leaves the other value. */
function merged(dialect: DialectName, merge: Merge, name: string, table: string): string {
  const [stored, added] = [`${table}.${name}`, `excluded.${name}`];
  if (merge === 'sum') return `${name} = ${stored} + ${added}`;
  if (dialect === 'postgresql')
    return merge === 'histogram'
      ? mergedHistogram(name, table)
      : `${name} = ${merge.toUpperCase()}(${stored}, ${added})`;
  if (merge === 'histogram') return `${name} = merge_histograms(${stored}, ${added})`;
  return `${name} = ${merge === 'least' ? 'MIN' : 'MAX'}(COALESCE(${stored}, ${added}), COALESCE(${added}, ${stored}))`;
}

function mergedHistogram(name: string, table: string): string {
  const pending = `${table}.${name}_pending`;
  const all = `${pending} || excluded.${name}_pending`;
  const isShort = `length(${pending}) < ${MAX_PENDING_LENGTH}`;
  return (
    `${name} = CASE WHEN ${isShort} THEN ${table}.${name} ELSE merge_histograms(${table}.${name}, ${all}) END, ` +
    `${name}_pending = CASE WHEN ${isShort} THEN ${all} ELSE '' END`
  );
}

/** Returns the expression that stores a column of the parameter. */
function postgresValue(name: string, type: BulkType): string {
  if (type === 'histogram') return `'{}'::jsonb, ${name}`;
  return type === 'bytes' ? `decode(${name}, 'base64')` : name;
}

function jsonValue(value: unknown, type: BulkType): unknown {
  if (type === 'timestamp') return new Date(value as number).toISOString();
  if (type === 'histogram') return pendingCounts(value as Record<string, number>);
  return type === 'sum' ? String(value) : value;
}

/** Returns `bucket:count ` for each bucket. */
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
