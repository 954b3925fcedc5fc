import type BetterSqlite3 from 'better-sqlite3';

/** Makes a connection durable. Every SQLite connection of the product uses it. */
export function prepareSqliteConnection(connection: BetterSqlite3.Database, readOnly = false): void {
  // On PostgreSQL a migration creates the same function.
  connection.function('merge_histograms', { deterministic: true }, mergeHistograms);
  if (!readOnly) {
    // Takes effect only on a file without tables, and only before WAL is on.
    connection.pragma('auto_vacuum = INCREMENTAL');
    connection.pragma('journal_mode = WAL');
    // better-sqlite3 uses WAL with NORMAL by default, so a power failure could undo acknowledged records.
    connection.pragma('synchronous = FULL');
    // Overwrites deleted data, so that an erased subject cannot be found in the free pages of the file.
    connection.pragma('secure_delete = ON');
    connection.pragma('foreign_keys = ON');
    connection.pragma('journal_size_limit = 67108864');
  }
  connection.pragma('temp_store = MEMORY');
  connection.pragma('cache_size = -16384');
}

/** Adds counts by bucket; both arguments are JSON objects. */
function mergeHistograms(stored: unknown, added: unknown): string {
  const sum = JSON.parse(String(stored)) as Record<string, number>;
  for (const [bucket, count] of Object.entries(JSON.parse(String(added)) as Record<string, number>))
    sum[bucket] = (sum[bucket] ?? 0) + count;
  return JSON.stringify(sum);
}
