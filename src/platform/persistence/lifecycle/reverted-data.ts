import type { DataSource, QueryRunner } from 'typeorm';

/** What the reversal of one migration deletes. */
export interface RevertedData {
  migration: string;
  /** Dropped tables with their number of rows. */
  tables: { table: string; rows: number }[];
  /** Dropped columns with the number of rows that have a value there. */
  columns: { table: string; column: string; rows: number }[];
}

const DROPPED_TABLE = /^\s*DROP TABLE (?:IF EXISTS )?"(\w+)"/i;
const DROPPED_COLUMN = /^\s*ALTER TABLE "(\w+)" DROP COLUMN (?:IF EXISTS )?"(\w+)"/i;

/**
 * Returns what reverting `migrations` would delete, without changing anything: it collects the statements of each
 * `down` instead of executing them, and counts the rows of the tables and columns that they drop.
 */
export async function findRevertedData(dataSource: DataSource, migrations: readonly string[]): Promise<RevertedData[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const found: RevertedData[] = [];
    for (const name of migrations) {
      const statements = await statementsOfDown(dataSource, runner, name);
      const tables = [];
      for (const table of statements.map((text) => DROPPED_TABLE.exec(text)?.[1]).filter((each) => each !== undefined))
        tables.push({ table, rows: await count(runner, `SELECT COUNT(*) AS n FROM "${table}"`) });
      const columns = [];
      for (const text of statements) {
        const [, table, column] = DROPPED_COLUMN.exec(text) ?? [];
        if (table === undefined || column === undefined) continue;
        const rows = await count(runner, `SELECT COUNT("${column}") AS n FROM "${table}"`);
        columns.push({ table, column, rows });
      }
      found.push({ migration: name, tables, columns });
    }
    return found;
  } finally {
    await runner.release();
  }
}

async function statementsOfDown(dataSource: DataSource, runner: QueryRunner, name: string): Promise<string[]> {
  const statements: string[] = [];
  const record = async (text: string): Promise<unknown[]> => {
    statements.push(text);
    return [];
  };
  const recorder = Object.create(runner, { query: { value: record } }) as QueryRunner;
  await dataSource.migrations.find((each) => (each.name ?? each.constructor.name) === name)?.down(recorder);
  return statements;
}

async function count(runner: QueryRunner, text: string): Promise<number> {
  const rows = (await runner.query(text)) as { n: number | string }[];
  return Number(rows[0]?.n ?? 0);
}
