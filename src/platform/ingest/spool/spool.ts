import { existsSync, renameSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BulkInsert, type BulkRow, DatabaseCorruptError, DatabaseFullError, SqliteFile } from '#persistence';
import type { BatchOutcome, BatchOutcomes, RecordBatch } from '../commit/record-batch.js';
import type { ReplayGuard } from './replay-guards.registry.js';
import { Ballast } from './ballast.js';
import { eraseRows } from './erase-rows.js';
import { APPEND, BURY, ONE_ROW, REMEMBER, REVIVE, REVIVED, SCHEMA, SCHEMA_VERSION } from './spool-schema.js';
import { SpoolCipher } from './spool-cipher.js';
import type { DeadLetter, EntryBody, SpooledEntry, SpooledRow, SpoolOptions, SpoolStats } from './spool-entry.js';

export type * from './spool-entry.js';

const TIMEOUT_MS = 10_000;
/** Sealed bodies in memory at once; opened and parsed they take a multiple. */
const MAX_READ_BYTES = 8 * 2 ** 20;

/**
 * Records that the database could not take, on this machine's own disk until it can: a SQLite file of its own, `synchronous=FULL`,
 * every body encrypted, one process at a time, bounded. Old records are never deleted to make room for new ones.
 */
export class Spool {
  readonly path: string;
  private readonly file: SqliteFile;
  private readonly ballast: Ballast;
  private cipher: SpoolCipher | undefined;

  constructor(
    private readonly options: SpoolOptions,
    /** Finds the insert of a table. */
    readonly insertOf: (table: string) => BulkInsert | undefined,
  ) {
    this.path = join(options.folder, 'spool.db');
    this.ballast = new Ballast(join(options.folder, 'ballast'));
    this.file = new SqliteFile({ path: this.path, schema: SCHEMA, maxBytes: options.maxBytes, timeoutMs: TIMEOUT_MS });
  }

  /**
   * Opens the file. A damaged one is set aside, never deleted; answers where it is then.
   * @throws DatabaseLockedError when another process owns the folder
   */
  async open(): Promise<string | undefined> {
    this.cipher = SpoolCipher.fromFile(join(this.options.folder, 'spool.key'));
    this.ballast.make();
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

  /**
   * Durable when it resolves; all or none. Keys that were used here before, and chosen ids that wait here with another content, are
   * left out: the outcome says so.
   */
  async append(batches: readonly RecordBatch[]): Promise<BatchOutcomes> {
    const outcomes = new Map<RecordBatch, BatchOutcome>();
    const now = this.options.now();
    const entries: unknown[][] = [];
    const answers: unknown[][] = [];
    // Nobody else writes here, and this is called for one group at a time: what is read now still holds when it is written.
    const known = await this.answersOf(batches);
    const fresh = new Map<string, BulkRow>();
    for (const batch of batches) {
      const { claim } = batch;
      const owner = claim && known.get(claim.keyHash);
      if (claim && owner) {
        const same = owner.request_hash === claim.requestHash;
        const recordIds = JSON.parse(owner.record_ids) as string[];
        outcomes.set(batch, same ? { kind: 'replayed', answer: owner.answer, recordIds } : { kind: 'key_reused' });
        continue;
      }
      const taken = batch.chosenIds ? await this.takenIds(batch, fresh) : [];
      if (taken.length > 0) outcomes.set(batch, { kind: 'ids_taken', ids: taken });
      // A refusal is not kept: the mended request may use the key.
      if (taken.length > 0 && claim) continue;
      for (const body of toEntries(batch)) {
        const id = idOf(body);
        const kind = body.parts[0]?.[0] ?? '';
        entries.push([id, kind, SCHEMA_VERSION, this.opened.seal(id, JSON.stringify(body)), now]);
      }
      if (claim) {
        const row = {
          key_hash: claim.keyHash,
          request_hash: claim.requestHash,
          record_ids: JSON.stringify(claim.recordIds),
          answer: claim.answers.spool,
        };
        known.set(claim.keyHash, row);
        answers.push([row.key_hash, row.request_hash, row.record_ids, row.answer, now]);
      }
    }
    await this.file.commit([
      { sql: APPEND, rows: entries },
      { sql: REMEMBER, rows: answers },
    ]);
    return outcomes;
  }

  /**
   * The oldest entries, opened: at most `limit`, and at most 8 MiB of them, but one at least. What cannot be opened is buried and
   * counted.
   */
  async oldest(limit: number): Promise<{ entries: SpooledEntry[]; buried: number }> {
    const sizes = await this.file.query<{ seq: number; bytes: number }>(
      'SELECT seq, length(body) AS bytes FROM spool ORDER BY seq LIMIT ?',
      [limit],
    );
    let bytes = 0;
    const last = sizes.filter((each, i) => (bytes += each.bytes) <= MAX_READ_BYTES || i === 0).at(-1);
    if (!last) return { entries: [], buried: 0 };
    const rows = await this.file.query<SpooledRow>(
      'SELECT seq, id, kind, schema_version, body, created_at FROM spool WHERE seq <= ? ORDER BY seq',
      [last.seq],
    );
    const entries: SpooledEntry[] = [];
    let buried = 0;
    for (const row of rows) {
      try {
        entries.push({ seq: row.seq, id: row.id, kind: row.kind, ...this.read(row) });
      } catch (error) {
        await this.bury(row.seq, `unreadable: ${(error as Error).message}`);
        buried += 1;
      }
    }
    return { entries, buried };
  }

  async remove(seqs: readonly number[]): Promise<void> {
    await this.free([{ sql: 'DELETE FROM spool WHERE seq = ?', rows: seqs.map((seq) => [seq]) }]);
  }

  /** Out of the way of the others, kept with its reason. */
  async bury(seq: number, reason: string): Promise<void> {
    await this.free([
      { sql: BURY, rows: [[this.options.now(), reason, seq]] },
      { sql: 'DELETE FROM spool WHERE seq = ?', rows: [[seq]] },
    ]);
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.file.query<DeadLetter>('SELECT id, kind, reason, created_at, died_at FROM dead_letters ORDER BY seq');
  }

  /** Everything, waiting or dead, opened, oldest first. */
  async *everything(): AsyncGenerator<
    { state: 'waiting' | 'dead'; id: string; created_at: number } & (
      { parts: EntryBody['parts'] } | { unreadable: string }
    )
  > {
    for (const [state, table] of [
      ['waiting', 'spool'],
      ['dead', 'dead_letters'],
    ] as const) {
      for (let after = 0; ;) {
        const rows = await this.file.query<SpooledRow>(
          `SELECT rowid AS seq, id, kind, schema_version, body, created_at FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT 200`,
          [after],
        );
        for (const row of rows) {
          yield { state, id: row.id, created_at: row.created_at, ...this.readable(row) };
        }
        const last = rows.at(-1);
        if (!last) break;
        after = last.seq;
      }
    }
  }

  /** Takes rows out of all that waits or is dead, and what belongs to them. Answers how many were found. */
  erase(find: ReplayGuard): Promise<number> {
    return eraseRows(
      {
        page: (table, after) =>
          this.file.query<SpooledRow>(
            `SELECT seq, id, kind, schema_version, body, created_at FROM ${table} WHERE seq > ? ORDER BY seq LIMIT 200`,
            [after],
          ),
        read: (row) => this.read(row),
        seal: (id, body) => this.opened.seal(id, JSON.stringify(body)),
        free: (groups) => this.free(groups),
      },
      find,
    );
  }

  /** Dead letters wait again. Answers how many there were. */
  async revive(): Promise<number> {
    const letters = await this.deadLetters();
    await this.file.commit([
      { sql: REVIVE, rows: [[]] },
      { sql: REVIVED, rows: [[]] },
    ]);
    return letters.length - (await this.deadLetters()).length;
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

  /** Answers to keys that were given before `before` (milliseconds since 1970) are forgotten. */
  async forgetAnswers(before: number): Promise<void> {
    await this.file.commit([{ sql: 'DELETE FROM answers WHERE created_at < ?', rows: [[before]] }]);
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
        '(SELECT COUNT(*) FROM dead_letters) AS dead, p.page_count AS pages, f.freelist_count AS free, s.page_size AS size ' +
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

  /** A statement that makes room. On a volume without any it needs some itself: the ballast is given up for it. */
  private async free(groups: { sql: string; rows: unknown[][] }[]): Promise<void> {
    try {
      await this.file.commit(groups);
    } catch (error) {
      if (!(error instanceof DatabaseFullError) || !this.ballast.drop()) throw error;
      await this.file.commit(groups);
    }
  }

  private read({ id, kind, body, schema_version: version }: SpooledRow): EntryBody {
    const value = JSON.parse(this.opened.open(id, Buffer.from(body))) as unknown;
    return version === ONE_ROW ? { parts: [[kind, [value as BulkRow]]] } : (value as EntryBody);
  }

  /** One that cannot be opened must not hide those behind it. */
  private readable(row: SpooledRow): { parts: EntryBody['parts'] } | { unreadable: string } {
    try {
      return { parts: this.read(row).parts };
    } catch (error) {
      return { unreadable: (error as Error).message };
    }
  }

  private async answersOf(batches: readonly RecordBatch[]): Promise<Map<string, KeptAnswer>> {
    const hashes = batches.flatMap(({ claim }) => claim?.keyHash ?? []);
    if (hashes.length === 0) return new Map();
    const rows = await this.file.query<KeptAnswer>(
      `SELECT key_hash, request_hash, record_ids, answer FROM answers WHERE key_hash IN (${hashes.map(() => '?').join(', ')})`,
      hashes,
    );
    return new Map(rows.map((row) => [row.key_hash, row]));
  }

  /** Chosen ids of `batch` that wait here, or come with it (`fresh`), with another content. */
  private async takenIds(batch: RecordBatch, fresh: Map<string, BulkRow>): Promise<string[]> {
    const taken: string[] = [];
    for (const { insert, rows } of batch.parts) {
      for (const row of rows) {
        const id = String(row.id);
        const before = fresh.get(id) ?? (await this.waitingRow(id));
        if (before && !insert.isSame(before, row)) taken.push(id);
        else fresh.set(id, row);
      }
    }
    return taken;
  }

  private async waitingRow(id: string): Promise<BulkRow | undefined> {
    const [waiting] = await this.file.query<SpooledRow>(
      'SELECT seq, id, kind, schema_version, body, created_at FROM spool WHERE id = ?',
      [id],
    );
    return (
      waiting &&
      this.read(waiting)
        .parts.flatMap(([, rows]) => rows)
        .find((row) => row.id === id)
    );
  }

  private get opened(): SpoolCipher {
    if (!this.cipher) throw new Error('the spool is not open');
    return this.cipher;
  }
}

interface KeptAnswer {
  key_hash: string;
  request_hash: string;
  record_ids: string;
  answer: string;
}

/** Rows that need not stay together wait one by one: a single bad one then keeps nobody else from the database. */
function toEntries({ claim, parts }: RecordBatch): EntryBody[] {
  if (claim || parts.length > 1) {
    return [{ parts: parts.map(({ insert, rows }) => [insert.table, [...rows]]), ...(claim ? { claim } : {}) }];
  }
  return parts.flatMap(({ insert, rows }) => rows.map((row) => ({ parts: [[insert.table, [row]]] }) as EntryBody));
}

function idOf({ parts }: EntryBody): string {
  const id = parts[0]?.[1][0]?.id;
  if (id === undefined) throw new Error('a record without an id cannot wait');
  return String(id);
}

/** Half of what is free on the volume of `folder` at the most: a queue on a full disk cannot even be emptied. */
export function affordableBytes(folder: string, wanted: number): number {
  const existing = existsSync(folder) ? folder : dirname(folder);
  const { bavail, bsize } = statfsSync(existsSync(existing) ? existing : '.');
  return Math.min(wanted, Math.floor((Number(bavail) * Number(bsize)) / 2));
}
