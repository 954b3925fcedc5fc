/**
 * A statement and the rows to run it for. With `allNew` each row must change something, or the whole commit is undone.
 */
export interface SqliteGroup {
  sql: string;
  rows: unknown[][];
  allNew?: boolean;
}

export const ROWS_EXIST_CODE = 'ROWS_KNOWN';

/** Requests of the main thread to a SQLite worker. */
export type SqliteRequest =
  | { id: number; kind: 'commit'; groups: SqliteGroup[] }
  | { id: number; kind: 'query'; sql: string; values: unknown[] }
  /** Runs the same statement for each row; the response has the results of all rows. */
  | { id: number; kind: 'queryEach'; sql: string; rows: unknown[][] }
  | { id: number; kind: 'exec'; sql: 'BEGIN IMMEDIATE' | 'COMMIT' | 'ROLLBACK' | `PRAGMA ${string}` }
  | { id: number; kind: 'close' };

export type SqliteResponse = { id: number; rows: unknown[] } | { id: number; error: { code: string; message: string } };

export interface SqliteWorkerData {
  path: string;
  /** `owner`: creates the file, locks it against other processes, and never lets it grow beyond `maxBytes`. */
  role: 'writer' | 'reader' | 'owner';
  maxBytes?: number;
  schema?: string[];
}
