import { basename } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { AppError } from '#kernel';
import { resolveDatabase } from '#config';

export type OlderRow = Readonly<Record<string, unknown>>;

/** Somebody else's database, of which nothing is changed. */
export interface OlderDatabase {
  /** What it is called, the same when it is opened again. */
  readonly name: string;
  /** Table → its columns. */
  tables(): Promise<Map<string, string[]>>;
  count(table: string): Promise<number>;
  /** All rows by their key, in pages of at most 200; times as texts. */
  pages(table: string): AsyncGenerator<OlderRow[]>;
  /** Rows whose `column` is one of `values`. */
  where(table: string, column: string, values: readonly unknown[]): Promise<OlderRow[]>;
  close(): Promise<void>;
}

class OlderDatabaseError extends AppError {
  constructor(detail: string, cause?: unknown) {
    super({
      code: 'older_database',
      status: 422,
      title: 'The older database cannot be read',
      detail,
      remedy:
        'Name the path of a SQLite file, or postgresql://user@host/database with the password in PGPASSWORD: others can read arguments.',
      cause,
    });
  }
}

const PAGE = 200;
const TIMEOUT_MS = 60_000;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `address`: a path, `sqlite:///…` or `postgresql://…`, also with the drivers of the older systems in front. @throws AppError */
export async function openOlderDatabase(address: string): Promise<OlderDatabase> {
  const uri = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : undefined;
  const database = resolveDatabase({ uri, directUri: undefined, path: address, type: undefined }, '.');
  if (!('type' in database)) throw new OlderDatabaseError('The address is neither a file nor one of PostgreSQL.');
  try {
    return database.type === 'sqlite' ? openSqlite(database.path) : await openPostgres(database.uri);
  } catch (error) {
    const { message } = error as Error;
    throw new OlderDatabaseError(`It cannot be opened: ${message}.`, error);
  }
}

function openSqlite(path: string): OlderDatabase {
  const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    database.pragma('query_only = 1');
    // Only reading tells whether it is a database.
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
          .get() as number,
      ),
    pages: async function* (table) {
      const next = database.prepare(
        `SELECT rowid AS older_row, * FROM ${quoted(table)} WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE}`,
      );
      for (let after = Number.MIN_SAFE_INTEGER; ;) {
        const rows = next.all(after) as (OlderRow & { older_row: number })[];
        const last = rows.at(-1);
        if (!last) return;
        // A table without ids has numbers of rows all the same.
        yield rows.map(({ older_row: id, ...row }) => ({ id, ...row }));
        // Whoever reads pages lets others run between them.
        await new Promise((resolve) => setImmediate(resolve));
        after = last.older_row;
      }
    },
    where: (table, column, values) =>
      Promise.resolve(
        database
          .prepare(`SELECT * FROM ${quoted(table)} WHERE ${quoted(column)} IN (${values.map(() => '?').join(', ')})`)
          .all(values) as OlderRow[],
      ),
    close: () => Promise.resolve(void database.close()),
  };
}

async function openPostgres(uri: string): Promise<OlderDatabase> {
  const client = new pg.Client({
    connectionString: uri,
    connectionTimeoutMillis: 10_000,
    query_timeout: TIMEOUT_MS,
    application_name: 'feedback-loop import',
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SET default_transaction_read_only = on');
  // As JSON: a time without a zone would otherwise be read as one of this machine's.
  const rowsOf = async (text: string, values: unknown[]): Promise<OlderRow[]> =>
    (await client.query<{ row: OlderRow }>(`SELECT to_json(t) AS row FROM (${text}) AS t`, values)).rows.map(
      ({ row }) => row,
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
        throw new OlderDatabaseError(`Its table ${table} has no column id, by which rows are told apart.`);
      for (let after: unknown; ;) {
        const where = after === undefined ? '' : 'WHERE id > $1';
        const rows = await rowsOf(
          `SELECT * FROM ${quoted(table)} ${where} ORDER BY id LIMIT ${PAGE}`,
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
