/** A statement, run for each of its rows. `allNew`: each must change something, else nothing of the commit is stored. */
export interface SqliteGroup {
  sql: string;
  rows: unknown[][];
  allNew?: boolean;
}

export const ROWS_KNOWN = 'ROWS_KNOWN';

/** What the main thread asks of a SQLite worker. */
export type SqliteRequest =
  | { id: number; kind: 'commit'; groups: SqliteGroup[] }
  | { id: number; kind: 'query'; sql: string; values: unknown[] }
  /** The same statement for each row; the answer has the rows of all. */
  | { id: number; kind: 'queryEach'; sql: string; rows: unknown[][] }
  | { id: number; kind: 'exec'; sql: 'BEGIN IMMEDIATE' | 'COMMIT' | 'ROLLBACK' | `PRAGMA ${string}` }
  | { id: number; kind: 'close' };

export type SqliteResponse = { id: number; rows: unknown[] } | { id: number; error: { code: string; message: string } };

export interface SqliteWorkerData {
  path: string;
  /** `owner`: makes the file, keeps everybody else out, and never lets it grow beyond `maxBytes`. */
  role: 'writer' | 'reader' | 'owner';
  maxBytes?: number;
  schema?: string[];
}
