/**
 * Types of a bulk column. Values: `uuid` and `text` strings, `timestamp` milliseconds since 1970, `json` any JSON value, `bytes` base64
 * (a row must also go through the spool, as JSON).
 */
export type BulkType = 'uuid' | 'text' | 'timestamp' | 'double' | 'integer' | 'boolean' | 'json' | 'bytes';

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
}

const POSTGRES_TYPES: Record<BulkType, string> = {
  uuid: 'uuid',
  text: 'text',
  timestamp: 'timestamptz',
  double: 'double precision',
  integer: 'integer',
  boolean: 'boolean',
  json: 'jsonb',
  bytes: 'text',
};

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
  private readonly newer: string | undefined;

  constructor(
    readonly table: string,
    columns: Record<string, BulkType>,
    { key = ['id'], identity = [], newer }: BulkInsertOptions = {},
  ) {
    this.columns = Object.entries(columns);
    this.identity = identity;
    this.key = key;
    this.newer = newer;
    const names = this.columns.map(([name]) => name).join(', ');
    const read = this.columns.map(([name, type]) => (type === 'bytes' ? `decode(${name}, 'base64')` : name)).join(', ');
    const typed = this.columns.map(([name, type]) => `${name} ${POSTGRES_TYPES[type]}`).join(', ');
    const conflict = `ON CONFLICT (${key.join(', ')}) DO ${this.onConflict()}`;
    this.postgres = {
      name: `bulk_${table}`,
      text: `INSERT INTO ${table} (${names}) SELECT ${read} FROM jsonb_to_recordset($1::jsonb) AS r(${typed}) ${conflict}`,
    };
    const marks = this.columns.map(() => '?').join(', ');
    this.sqlite = `INSERT INTO ${table} (${names}) VALUES (${marks}) ${conflict}`;
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

  private onConflict(): string {
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
      this.newest(rows).map((row) => {
        const out: Record<string, unknown> = {};
        for (const [name, type] of this.columns) {
          const value = row[name];
          if (value === undefined || value === null) continue;
          out[name] = type === 'timestamp' ? new Date(value as number).toISOString() : value;
        }
        return out;
      }),
    );
  }

  /** PostgreSQL replaces a row once in a statement; and in one order everywhere, so that two statements wait and do not deadlock. */
  private newest(rows: readonly BulkRow[]): readonly BulkRow[] {
    const { newer } = this;
    if (newer === undefined) return rows;
    const byKey = new Map<string, BulkRow>();
    for (const row of rows) {
      const key = this.key.map((name) => String(row[name])).join('\n');
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

function sqliteValue(value: unknown, type: BulkType): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'json') return JSON.stringify(value);
  if (type === 'bytes') return Buffer.from(value as string, 'base64');
  return type === 'boolean' ? Number(value) : value;
}
