import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { administer, withDatabase } from './postgres-server.js';

export const DIALECTS = ['sqlite', 'postgresql'] as const;
export type DialectUnderTest = (typeof DIALECTS)[number];

/** A database of its own for one test file, and the environment that points a server at it. */
export interface TestDatabase {
  dialect: DialectUnderTest;
  /** Data folder, where `admin.key` is written. */
  folder: string;
  environment: Record<string, string>;
  /** Reads past the product, with `$1` parameters on PostgreSQL and `?` on SQLite. */
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** No measure of anything: a shared machine may be slow. */
const SQLITE_BUSY_MS = 30_000;
let counter = 0;

/** `migrated`: with the schema; otherwise empty. SQLite files migrate themselves at the first start. */
export async function createTestDatabase(dialect: DialectUnderTest, migrated = true): Promise<TestDatabase> {
  const folder = mkdtempSync(join(required('FL_TEST_FOLDER'), 'data-'));
  return dialect === 'sqlite' ? sqlite(folder) : postgresql(folder, migrated);
}

function sqlite(folder: string): TestDatabase {
  const path = join(folder, 'feedback-loop.db');
  return {
    dialect: 'sqlite',
    folder,
    environment: { FL_DATA_DIR: folder },
    query: async <Row>(text: string, values: unknown[] = []) => {
      const deadline = Date.now() + SQLITE_BUSY_MS;
      for (;;)
        try {
          return querySqlite<Row>(path, text, values);
        } catch (error) {
          // The server may run in this process: it ends its transaction only while this waits.
          // By its code: the class belongs to the first test file of this process that has loaded the driver.
          if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY') || Date.now() > deadline) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
    },
    drop: async () => undefined,
  };
}

function querySqlite<Row>(path: string, text: string, values: unknown[]): Row[] {
  const database = new BetterSqlite3(path, { timeout: 0 });
  try {
    const statement = database.prepare(text);
    if (statement.reader) return statement.all(values) as Row[];
    statement.run(values);
    return [];
  } finally {
    database.close();
  }
}

async function postgresql(folder: string, migrated: boolean): Promise<TestDatabase> {
  const admin = required('FL_TEST_POSTGRES_ADMIN_URL');
  return postgresDatabaseOf(admin, folder, migrated ? ` TEMPLATE ${required('FL_TEST_TEMPLATE')}` : '');
}

/** A new database of the server at `admin`. `options` end the statement that creates it. */
export async function postgresDatabaseOf(admin: string, folder: string, options = ''): Promise<TestDatabase> {
  const name = `fl_test_${process.pid}_${Date.now().toString(36)}_${counter++}`;
  await administer(admin, `CREATE DATABASE ${name}${options}`);
  const url = withDatabase(admin, name);
  return {
    dialect: 'postgresql',
    folder,
    environment: { FL_DATA_DIR: folder, FL_DB_URI: url },
    query: async <Row>(text: string, values: unknown[] = []) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query(text, values)).rows as Row[];
      } finally {
        await client.end();
      }
    },
    drop: async () => {
      await administer(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is set by test/support/global-setup.mjs`);
  return value;
}
