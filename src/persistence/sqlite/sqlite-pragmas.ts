import type BetterSqlite3 from 'better-sqlite3';

/** Makes a connection durable; used by every SQLite connection of the product. */
export function prepareSqliteConnection(connection: BetterSqlite3.Database, readOnly = false): void {
  if (!readOnly) {
    // Only takes effect on a file without tables, and must come before WAL.
    connection.pragma('auto_vacuum = INCREMENTAL');
    connection.pragma('journal_mode = WAL');
    // better-sqlite3 runs WAL at NORMAL by default: a power cut could undo what was acknowledged.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('journal_size_limit = 67108864');
  }
  connection.pragma('temp_store = MEMORY');
  connection.pragma('cache_size = -16384');
}
