import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { SqliteWorkerClient } from './sqlite-worker-client.js';

export interface SqliteFileOptions {
  path: string;
  /** Runs when the file is opened, so it must be harmless when it has run before. */
  schema: readonly string[];
  /** Maximum size of the file. Beyond it inserts fail with SQLITE_FULL, while deletes still work. */
  maxBytes: number;
  timeoutMs: number;
}

/**
 * A SQLite file separate from the database, with one connection in its own thread.
 *
 * - durable (`synchronous=FULL`), with mode 0600
 * - the connection locks the file: a second process gets `DatabaseLockedError`
 */
export class SqliteFile {
  private readonly client: SqliteWorkerClient;

  constructor(private readonly options: SqliteFileOptions) {
    this.client = new SqliteWorkerClient({
      path: options.path,
      role: 'owner',
      maxBytes: options.maxBytes,
      schema: [...options.schema],
    });
  }

  /** @throws DatabaseLockedError, DatabaseCorruptError, DatabaseUnavailableError */
  async open(): Promise<void> {
    mkdirSync(dirname(this.options.path), { recursive: true, mode: 0o700 });
    // SQLite gives its companion files (-wal) the mode of this file.
    closeSync(openSync(this.options.path, 'a', 0o600));
    await this.query('SELECT 1');
  }

  async query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.request({ kind: 'query', sql, values }, this.options.timeoutMs)) as Row[];
  }

  /** Runs each statement for each of its rows, all in one transaction. The rows are durable when it resolves. */
  async commit(groups: { sql: string; rows: unknown[][] }[]): Promise<void> {
    await this.client.request({ kind: 'commit', groups }, this.options.timeoutMs);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
