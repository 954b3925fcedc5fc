import { basename } from 'node:path';
import { types } from 'node:util';
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { AppError, decodeText, parseExactJson } from '#kernel';
import { resolveDatabase } from '#config';
import { connectionOptions } from '#persistence';

/**
 * A row as the system stored it. A whole number that a double cannot hold is a BigInt, and a text that cannot be decoded
 * remains bytes.
 */
export type LegacyRow = Readonly<Record<string, unknown>>;

/** The database of a legacy system, opened read-only. */
export interface LegacyDatabase {
  /** Name of the database, which is the same each time it is opened. */
  readonly name: string;
  /** Returns the columns of each table. */
  tables(): Promise<Map<string, string[]>>;
  count(table: string): Promise<number>;
  /** Returns all rows by key, in pages of at most 200, with times as text. */
  pages(table: string): AsyncGenerator<LegacyRow[]>;
  /** Returns the rows whose `column` is one of `values`. */
  where(table: string, column: string, values: readonly unknown[]): Promise<LegacyRow[]>;
  close(): Promise<void>;
}

class LegacyDatabaseError extends AppError {
  constructor(detail: string, cause?: unknown) {
    super({
      code: 'older_database',
      status: 422,
      title: 'The legacy database cannot be read',
      detail,
      remedy:
        'Pass the path of a SQLite file, or postgresql://user@host/database. Set the password in PGPASSWORD, because other users can read arguments.',
      cause,
    });
  }
}

const PAGE_ROWS = 200;
const TIMEOUT_MS = 60_000;
const REPLACEMENT_CHARACTER = '\ufffd';
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Opens a database by its path, `sqlite:///…` or `postgresql://…`; driver prefixes of legacy systems are accepted.
 *
 * @param encoding of texts that a SQLite database holds in another encoding than UTF-8
 * @throws AppError (422) if it cannot be opened
 */
export async function openLegacyDatabase(address: string, encoding = 'utf-8'): Promise<LegacyDatabase> {
  const uri = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : undefined;
  const database = resolveDatabase({ uri, directUri: undefined, path: address, type: undefined }, '.');
  if (!('type' in database)) throw new LegacyDatabaseError('The address is neither a file nor a PostgreSQL address.');
  try {
    return database.type === 'sqlite' ? openSqlite(database.path, encoding) : await openPostgres(database.uri);
  } catch (error) {
    const { message } = error as Error;
    throw new LegacyDatabaseError(`It cannot be opened: ${message}.`, error);
  }
}

function openSqlite(path: string, encoding: string): LegacyDatabase {
  const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  database.defaultSafeIntegers(true);
  const bytesOf = (table: string, column: string, row: bigint): Uint8Array =>
    database
      .prepare(`SELECT CAST(${quoted(column)} AS BLOB) FROM ${quoted(table)} WHERE rowid = ?`)
      .pluck()
      .get(row) as Uint8Array;
  const valueOf = (value: unknown, bytes: () => Uint8Array): unknown => {
    if (typeof value === 'bigint') return toNumber(value);
    if (types.isUint8Array(value)) return textOf(value, encoding) ?? value;
    if (typeof value !== 'string' || !value.includes(REPLACEMENT_CHARACTER)) return value;
    // The driver replaces what is not UTF-8, so only the bytes show whether the character was stored.
    const stored = bytes();
    return textOf(stored, encoding) ?? stored;
  };
  try {
    database.pragma('query_only = 1');
    // Only a read shows whether the file is a database.
    database.prepare('SELECT COUNT(*) FROM sqlite_schema').get();
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    name: basename(path),
    tables: () => {
      const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
      return Promise.resolve(
        new Map(
          names.map((name) => [
            name,
            (database.pragma(`table_info(${quoted(name)})`) as { name: string }[]).map((column) => column.name),
          ]),
        ),
      );
    },
    count: (table) =>
      Promise.resolve(
        database
          .prepare(`SELECT COUNT(*) FROM ${quoted(table)}`)
          .pluck()
          .get(),
      ).then(Number),
    pages: async function* (table) {
      const next = database.prepare(
        `SELECT rowid AS legacy_row, * FROM ${quoted(table)} WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE_ROWS}`,
      );
      for (let after = BigInt(Number.MIN_SAFE_INTEGER); ;) {
        const rows = next.all(after) as (LegacyRow & { legacy_row: bigint })[];
        const last = rows.at(-1);
        if (!last) return;
        // A table without an id column still has row numbers.
        yield rows.map(({ legacy_row: number, ...row }) => {
          const values = Object.entries(row).map(([name, value]) => [
            name,
            valueOf(value, () => bytesOf(table, name, number)),
          ]);
          return { id: toNumber(number), ...(Object.fromEntries(values) as LegacyRow) };
        });
        // Lets other work run between pages.
        await new Promise((resolve) => setImmediate(resolve));
        after = last.legacy_row;
      }
    },
    where: (table, column, values) =>
      Promise.resolve(
        database
          .prepare(`SELECT * FROM ${quoted(table)} WHERE ${quoted(column)} IN (${values.map(() => '?').join(', ')})`)
          .all(values) as LegacyRow[],
      ),
    close: () => Promise.resolve(void database.close()),
  };
}

/** Returns a whole number as a number, unless a double would change it. */
function toNumber(value: bigint): number | bigint {
  return BigInt.asIntN(54, value) === value && value !== -(2n ** 53n) ? Number(value) : value;
}

function textOf(bytes: Uint8Array, encoding: string): string | undefined {
  return decodeText(bytes) ?? (encoding === 'utf-8' ? undefined : decodeText(bytes, encoding));
}

async function openPostgres(uri: string): Promise<LegacyDatabase> {
  const client = new pg.Client({
    ...connectionOptions(uri),
    connectionTimeoutMillis: 10_000,
    query_timeout: TIMEOUT_MS,
    application_name: 'feedback-loop import',
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SET default_transaction_read_only = on');
  // As JSON, because `pg` would read a time without a zone as local time. As its text, because `pg` would change large
  // whole numbers.
  const rowsOf = async (text: string, values: unknown[]): Promise<LegacyRow[]> =>
    (await client.query<{ row: string }>(`SELECT to_json(t)::text AS row FROM (${text}) AS t`, values)).rows.map(
      ({ row }) => parseExactJson(row) as LegacyRow,
    );
  return {
    name: new URL(uri).pathname.slice(1),
    tables: async () => {
      const { rows } = await client.query<{ name: string; columns: string[] }>(
        'SELECT table_name AS name, array_agg(column_name::text) AS columns FROM information_schema.columns WHERE table_schema = current_schema() GROUP BY table_name',
      );
      return new Map(rows.map(({ columns, name }) => [name, columns]));
    },
    count: async (table) =>
      Number((await client.query<{ n: string }>(`SELECT COUNT(*) AS n FROM ${quoted(table)}`)).rows[0]?.n ?? 0),
    pages: async function* (table) {
      const { rows: keys } = await client.query(
        "SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND column_name = 'id'",
        [table],
      );
      if (keys.length === 0)
        throw new LegacyDatabaseError(`The table ${table} has no column id, which identifies its rows.`);
      for (let after: unknown; ;) {
        const where = after === undefined ? '' : 'WHERE id > $1';
        const rows = await rowsOf(
          `SELECT * FROM ${quoted(table)} ${where} ORDER BY id LIMIT ${PAGE_ROWS}`,
          after === undefined ? [] : [after],
        );
        const last = rows.at(-1);
        if (!last) return;
        yield rows;
        after = last.id;
      }
    },
    where: (table, column, values) =>
      rowsOf(`SELECT * FROM ${quoted(table)} WHERE ${quoted(column)}::text = ANY($1::text[])`, [values.map(String)]),
    close: () => client.end(),
  };
}
