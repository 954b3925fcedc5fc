import type BetterSqlite3 from 'better-sqlite3';

/** Makes a connection durable; used by every SQLite connection of the product. */
export function prepareSqliteConnection(connection: BetterSqlite3.Database, readOnly = false): void {
  // PostgreSQL has the same by a migration.
  connection.function('merge_histograms', { deterministic: true }, mergeHistograms);
  if (!readOnly) {
    // Only takes effect on a file without tables, and must come before WAL.
    connection.pragma('auto_vacuum = INCREMENTAL');
    connection.pragma('journal_mode = WAL');
    // better-sqlite3 runs WAL at NORMAL by default: a power cut could undo what was acknowledged.
    connection.pragma('synchronous = FULL');
    // What is deleted is overwritten: whoever was erased must not be found in the free pages of the file.
    connection.pragma('secure_delete = ON');
    connection.pragma('foreign_keys = ON');
    connection.pragma('journal_size_limit = 67108864');
  }
  connection.pragma('temp_store = MEMORY');
  connection.pragma('cache_size = -16384');
}

/** Adds counts by bucket; both are JSON objects. */
function mergeHistograms(old: unknown, added: unknown): string {
  const sum = JSON.parse(String(old)) as Record<string, number>;
  for (const [bucket, count] of Object.entries(JSON.parse(String(added)) as Record<string, number>))
    sum[bucket] = (sum[bucket] ?? 0) + count;
  return JSON.stringify(sum);
}
