/** Types of a bulk column. Values: `uuid` and `text` strings, `timestamp` milliseconds since 1970, `json` any JSON value. */
export type BulkType = 'uuid' | 'text' | 'timestamp' | 'double' | 'boolean' | 'json';

/** One row by column name; null or absent is NULL. */
export type BulkRow = Readonly<Record<string, unknown>>;

const POSTGRES_TYPES: Record<BulkType, string> = {
  uuid: 'uuid',
  text: 'text',
  timestamp: 'timestamptz',
  double: 'double precision',
  boolean: 'boolean',
  json: 'jsonb',
};

/**
 * An idempotent insert of many rows as one statement, for both dialects from one declaration.
 *
 * - PostgreSQL: one named statement with one jsonb parameter: no parameter limit, one plan, whatever the number of rows
 * - SQLite: one prepared statement, run for each row inside the transaction
 * - rows whose id is already there are left alone, so that a retry is harmless
 */
export class BulkInsert {
  readonly postgres: { name: string; text: string };
  readonly sqlite: string;
  private readonly columns: [name: string, type: BulkType][];

  constructor(
    readonly table: string,
    columns: Record<string, BulkType>,
  ) {
    this.columns = Object.entries(columns);
    const names = this.columns.map(([name]) => name).join(', ');
    const typed = this.columns.map(([name, type]) => `${name} ${POSTGRES_TYPES[type]}`).join(', ');
    this.postgres = {
      name: `bulk_${table}`,
      text: `INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_to_recordset($1::jsonb) AS r(${typed}) ON CONFLICT (id) DO NOTHING`,
    };
    const marks = this.columns.map(() => '?').join(', ');
    this.sqlite = `INSERT INTO ${table} (${names}) VALUES (${marks}) ON CONFLICT (id) DO NOTHING`;
  }

  /** The jsonb parameter. */
  forPostgres(rows: readonly BulkRow[]): string {
    return JSON.stringify(
      rows.map((row) => {
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

  /** Values in column order, one array a row. */
  forSqlite(rows: readonly BulkRow[]): unknown[][] {
    return rows.map((row) =>
      this.columns.map(([name, type]) => {
        const value = row[name];
        if (value === undefined || value === null) return null;
        if (type === 'json') return JSON.stringify(value);
        return type === 'boolean' ? Number(value) : value;
      }),
    );
  }
}
