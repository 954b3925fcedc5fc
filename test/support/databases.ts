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
      const database = new BetterSqlite3(path, { timeout: 5000 });
      try {
        const statement = database.prepare(text);
        if (statement.reader) return statement.all(values) as Row[];
        statement.run(values);
        return [];
      } finally {
        database.close();
      }
    },
    drop: async () => undefined,
  };
}

async function postgresql(folder: string, migrated: boolean): Promise<TestDatabase> {
  const admin = required('FL_TEST_POSTGRES_ADMIN_URL');
  const name = `fl_test_${process.pid}_${Date.now().toString(36)}_${counter++}`;
  await administer(admin, `CREATE DATABASE ${name}${migrated ? ` TEMPLATE ${required('FL_TEST_TEMPLATE')}` : ''}`);
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
