import type { BulkRow } from '#persistence';
import { type ReplayGuard, withoutRows } from './replay-guards.registry.js';
import type { EntryBody, SpooledRow } from './spool-entry.js';
import { SCHEMA_VERSION } from './spool-schema.js';

type Table = 'spool' | 'dead_letters';

/** The parts of a spool that erasing needs. */
export interface ErasableSpool {
  /** Returns the next entries after number `after`. */
  page(table: Table, after: number): Promise<SpooledRow[]>;
  /** @throws Error when the body cannot be decrypted */
  read(row: SpooledRow): EntryBody;
  seal(id: string, body: EntryBody): Buffer;
  free(groups: { sql: string; rows: unknown[][] }[]): Promise<void>;
}

/**
 * Erases the rows that `find` returns from waiting records and dead letters, together with dependent rows and kept
 * responses. Returns the number of rows that `find` returned.
 */
export async function eraseRows(spool: ErasableSpool, find: ReplayGuard): Promise<number> {
  let found = 0;
  for (const table of ['spool', 'dead_letters'] as const) {
    for (let after = 0; ;) {
      const rows = await spool.page(table, after);
      for (const row of rows) found += await eraseFrom(spool, table, row, find);
      const last = rows.at(-1);
      if (!last) break;
      after = last.seq;
    }
  }
  return found;
}

async function eraseFrom(spool: ErasableSpool, table: Table, row: SpooledRow, find: ReplayGuard): Promise<number> {
  let body: EntryBody;
  try {
    body = spool.read(row);
  } catch {
    // The entry was sealed with a lost key, so no one can read it.
    return 0;
  }
  const parts = body.parts.map(([name, rows]) => ({ name, rows }));
  const refused: ReadonlySet<BulkRow> = await find(
    parts.flatMap(({ rows }) => rows),
    () => body.clock,
  );
  if (refused.size === 0) return 0;
  const left = withoutRows(parts, refused).map(({ name, rows }): [string, BulkRow[]] => [name, rows]);
  await spool.free([
    left.length === 0
      ? { sql: `DELETE FROM ${table} WHERE seq = ?`, rows: [[row.seq]] }
      : {
          sql: `UPDATE ${table} SET body = ?, schema_version = ${SCHEMA_VERSION} WHERE seq = ?`,
          rows: [[spool.seal(row.id, { ...body, parts: left }), row.seq]],
        },
    { sql: 'DELETE FROM answers WHERE record_ids LIKE ?', rows: [...refused].map(({ id }) => [`%"${String(id)}"%`]) },
  ]);
  return refused.size;
}
