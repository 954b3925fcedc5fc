import { existsSync, renameSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type BulkGroup,
  type BulkInsert,
  type BulkRow,
  DatabaseCorruptError,
  SqliteFile,
} from '../../persistence/index.js';
import { SpoolCipher } from './spool-cipher.js';

/** A record that waits, its body still sealed. */
interface SpooledRow {
  seq: number;
  id: string;
  kind: string;
  body: Buffer;
  created_at: number;
}

export interface SpooledRecord {
  seq: number;
  id: string;
  kind: string;
  row: BulkRow;
}

export interface DeadLetter {
  id: string;
  kind: string;
  reason: string;
  created_at: number;
  died_at: number;
}

export interface SpoolStats {
  rows: number;
  /** Milliseconds since 1970; null when nothing waits. */
  oldestAt: number | null;
  deadLetters: number;
  bytes: number;
  maxBytes: number;
}

export interface SpoolOptions {
  folder: string;
  maxBytes: number;
  now: () => number;
}

const SCHEMA_VERSION = 1;
const TIMEOUT_MS = 10_000;
const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS spool (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, schema_version INTEGER NOT NULL,
     body BLOB NOT NULL, created_at INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS dead_letter (
     id TEXT PRIMARY KEY, kind TEXT NOT NULL, schema_version INTEGER NOT NULL, body BLOB NOT NULL,
     created_at INTEGER NOT NULL, died_at INTEGER NOT NULL, reason TEXT NOT NULL)`,
  'CREATE TABLE IF NOT EXISTS memo (name TEXT PRIMARY KEY, body BLOB NOT NULL, saved_at INTEGER NOT NULL)',
];
const APPEND =
  'INSERT INTO spool (id, kind, schema_version, body, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING';
const BURY =
  'INSERT OR REPLACE INTO dead_letter (id, kind, schema_version, body, created_at, died_at, reason) ' +
  'SELECT id, kind, schema_version, body, created_at, ?, ? FROM spool WHERE seq = ?';
const REVIVE =
  'INSERT INTO spool (id, kind, schema_version, body, created_at) ' +
  'SELECT id, kind, schema_version, body, created_at FROM dead_letter WHERE true ON CONFLICT (id) DO NOTHING';

/**
 * Records that the database could not take, on this machine's own disk until it can: a SQLite file of its own, `synchronous=FULL`,
 * every body encrypted, one process at a time, bounded. Old records are never deleted to make room for new ones.
 */
export class Spool {
  readonly path: string;
  private readonly file: SqliteFile;
  private cipher: SpoolCipher | undefined;

  constructor(
    private readonly options: SpoolOptions,
    private readonly kinds: ReadonlyMap<string, BulkInsert>,
  ) {
    this.path = join(options.folder, 'spool.db');
    this.file = new SqliteFile({ path: this.path, schema: SCHEMA, maxBytes: options.maxBytes, timeoutMs: TIMEOUT_MS });
  }

  /**
   * Opens the file. A damaged one is set aside, never deleted; answers where it is then.
   * @throws DatabaseLockedError when another process owns the folder
   */
  async open(): Promise<string | undefined> {
    this.cipher = SpoolCipher.fromFile(join(this.options.folder, 'spool.key'));
    try {
      await this.file.open();
      return undefined;
    } catch (error) {
      if (!(error instanceof DatabaseCorruptError)) throw error;
    }
    const aside = `${this.path}.corrupt-${this.options.now()}`;
    for (const ending of ['', '-wal', '-shm']) {
      if (existsSync(this.path + ending)) renameSync(this.path + ending, aside + ending);
    }
    await this.file.open();
    return aside;
  }

  /** Durable when it resolves; all rows or none. */
  async append(groups: readonly BulkGroup[]): Promise<void> {
    const now = this.options.now();
    const rows = groups.flatMap(({ insert, rows: list }) =>
      list.map((row) => {
        const id = String(row.id);
        return [id, insert.table, SCHEMA_VERSION, this.opened.seal(id, JSON.stringify(row)), now];
      }),
    );
    await this.file.commit([{ sql: APPEND, rows }]);
  }

  /** The oldest records, opened; what cannot be opened is buried and not answered. */
  async oldest(limit: number): Promise<SpooledRecord[]> {
    const rows = await this.file.query<SpooledRow>(
      'SELECT seq, id, kind, body, created_at FROM spool ORDER BY seq LIMIT ?',
      [limit],
    );
    const records: SpooledRecord[] = [];
    for (const { seq, id, kind, body } of rows) {
      try {
        records.push({ seq, id, kind, row: JSON.parse(this.opened.open(id, Buffer.from(body))) as BulkRow });
      } catch (error) {
        await this.bury(seq, `unreadable: ${(error as Error).message}`);
      }
    }
    return records;
  }

  insertOf(kind: string): BulkInsert | undefined {
    return this.kinds.get(kind);
  }

  async remove(seqs: readonly number[]): Promise<void> {
    await this.file.commit([{ sql: 'DELETE FROM spool WHERE seq = ?', rows: seqs.map((seq) => [seq]) }]);
  }

  /** Out of the way of the others, kept with its reason. */
  async bury(seq: number, reason: string): Promise<void> {
    await this.file.commit([
      { sql: BURY, rows: [[this.options.now(), reason, seq]] },
      { sql: 'DELETE FROM spool WHERE seq = ?', rows: [[seq]] },
    ]);
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.file.query<DeadLetter>(
      'SELECT id, kind, reason, created_at, died_at FROM dead_letter ORDER BY died_at, id',
    );
  }

  /** Every record, waiting or dead, opened, oldest first. */
  async *everything(): AsyncGenerator<{
    state: 'waiting' | 'dead';
    id: string;
    kind: string;
    created_at: number;
    row: BulkRow;
  }> {
    for (const [state, table] of [
      ['waiting', 'spool'],
      ['dead', 'dead_letter'],
    ] as const) {
      for (let after = 0; ;) {
        const rows = await this.file.query<SpooledRow>(
          `SELECT rowid AS seq, id, kind, body, created_at FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT 200`,
          [after],
        );
        for (const { id, kind, body, created_at } of rows) {
          yield { state, id, kind, created_at, row: JSON.parse(this.opened.open(id, Buffer.from(body))) as BulkRow };
        }
        const last = rows.at(-1);
        if (!last) break;
        after = last.seq;
      }
    }
  }

  /** Dead letters wait again. Answers how many there were. */
  async revive(): Promise<number> {
    const letters = await this.deadLetters();
    await this.file.commit([
      { sql: REVIVE, rows: [[]] },
      { sql: 'DELETE FROM dead_letter', rows: [[]] },
    ]);
    return letters.length;
  }

  /** Keeps a small text under a name for the next start, sealed like a record. */
  async saveMemo(name: string, text: string): Promise<void> {
    const row = [name, this.opened.seal(name, text), this.options.now()];
    await this.file.commit([
      { sql: 'INSERT OR REPLACE INTO memo (name, body, saved_at) VALUES (?, ?, ?)', rows: [row] },
    ]);
  }

  async forgetMemo(name: string): Promise<void> {
    await this.file.commit([{ sql: 'DELETE FROM memo WHERE name = ?', rows: [[name]] }]);
  }

  /** Memos saved at or after `since`; the older ones are forgotten, and so is what cannot be opened. */
  async memos(since: number): Promise<{ name: string; text: string }[]> {
    await this.file.commit([{ sql: 'DELETE FROM memo WHERE saved_at < ?', rows: [[since]] }]);
    const rows = await this.file.query<{ name: string; body: Buffer }>('SELECT name, body FROM memo');
    return rows.flatMap(({ name, body }) => {
      try {
        return [{ name, text: this.opened.open(name, Buffer.from(body)) }];
      } catch {
        return [];
      }
    });
  }

  async stats(): Promise<SpoolStats> {
    const [row] = await this.file.query<{
      rows: number;
      oldest: number | null;
      dead: number;
      pages: number;
      free: number;
      size: number;
    }>(
      'SELECT (SELECT COUNT(*) FROM spool) AS rows, (SELECT MIN(created_at) FROM spool) AS oldest, ' +
        '(SELECT COUNT(*) FROM dead_letter) AS dead, p.page_count AS pages, f.freelist_count AS free, s.page_size AS size ' +
        'FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s',
    );
    if (!row) throw new Error('an aggregate has one row');
    return {
      rows: row.rows,
      oldestAt: row.oldest,
      deadLetters: row.dead,
      bytes: (row.pages - row.free) * row.size,
      maxBytes: this.options.maxBytes,
    };
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private get opened(): SpoolCipher {
    if (!this.cipher) throw new Error('the spool is not open');
    return this.cipher;
  }
}

/** Half of what is free on the volume of `folder` at the most: a queue on a full disk cannot even be emptied. */
export function affordableBytes(folder: string, wanted: number): number {
  const existing = existsSync(folder) ? folder : dirname(folder);
  const { bavail, bsize } = statfsSync(existsSync(existing) ? existing : '.');
  return Math.min(wanted, Math.floor((Number(bavail) * Number(bsize)) / 2));
}
