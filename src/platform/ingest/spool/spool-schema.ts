/* The tables of a spool and the statements that write to them. */

export const SCHEMA_VERSION = 2;
/** Version 1 stored one row without the name of its table. */
export const ONE_ROW = 1;
export const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS spool (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, schema_version INTEGER NOT NULL,
     body BLOB NOT NULL, created_at INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS dead_letters (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL, schema_version INTEGER NOT NULL, body BLOB NOT NULL,
     created_at INTEGER NOT NULL, died_at INTEGER NOT NULL, reason TEXT NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS answers (
     key_hash TEXT PRIMARY KEY, request_hash TEXT NOT NULL, record_ids TEXT NOT NULL, answer TEXT NOT NULL,
     created_at INTEGER NOT NULL)`,
  'CREATE TABLE IF NOT EXISTS memo (name TEXT PRIMARY KEY, body BLOB NOT NULL, saved_at INTEGER NOT NULL)',
];
export const APPEND =
  'INSERT INTO spool (id, kind, schema_version, body, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING';
export const REMEMBER =
  'INSERT INTO answers (key_hash, request_hash, record_ids, answer, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
export const BURY =
  'INSERT INTO dead_letters (id, kind, schema_version, body, created_at, died_at, reason) ' +
  'SELECT id, kind, schema_version, body, created_at, ?, ? FROM spool WHERE seq = ?';
export const REVIVE =
  'INSERT INTO spool (id, kind, schema_version, body, created_at) ' +
  'SELECT id, kind, schema_version, body, created_at FROM dead_letters ORDER BY seq ON CONFLICT (id) DO NOTHING';
/** Deletes only dead letters that are waiting now: of two with the same id, the second one stays. */
export const REVIVED =
  'DELETE FROM dead_letters WHERE EXISTS (SELECT 1 FROM spool s WHERE s.id = dead_letters.id AND s.body = dead_letters.body)';
