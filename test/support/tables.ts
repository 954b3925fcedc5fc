import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDatabase } from './databases.js';

/** All rows of all tables as JSON, by table. Full-text indexes are left out: only the product can read them. */
export async function dumpTables({ dialect, query }: TestDatabase): Promise<Map<string, string>> {
  const tables =
    dialect === 'sqlite'
      ? await query<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%fts%'")
      : await query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
  const rows = new Map<string, string>();
  for (const { name } of tables) rows.set(name, JSON.stringify(await query(`SELECT * FROM "${name}"`)));
  return rows;
}

/** The tables in one of whose rows `text` occurs. */
export async function tablesWith(database: TestDatabase, text: string): Promise<string[]> {
  return [...(await dumpTables(database))].filter(([, rows]) => rows.includes(text)).map(([name]) => name);
}

/** Paths of all files in a folder and the folders in it; of none if it does not exist. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => join(parentPath, name));
  } catch {
    return [];
  }
}
