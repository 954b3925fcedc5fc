import { existsSync, renameSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClockMark } from '#kernel';
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
/** Maximum size of the sealed bodies that are read at once. Decrypted and parsed, they need a multiple of it. */
const MAX_READ_BYTES = 8 * 2 ** 20;

/**
 * Keeps records that the database could not take on the disk of this server.
 *
 * - a SQLite file with `synchronous=FULL`, which only one process can open
 * - every body is encrypted
 * - the size is bounded; stored records are never deleted to make room for new ones
 */
export class Spool {
  readonly path: string;
  private readonly file: SqliteFile;
  private readonly ballast: Ballast;
  private cipher: SpoolCipher | undefined;

  constructor(
    private readonly options: SpoolOptions,
    /** Returns the insert of a table; undefined for an unknown table. */
    readonly insertOf: (table: string) => BulkInsert | undefined,
  ) {
    this.path = join(options.folder, 'spool.db');
    this.ballast = new Ballast(join(options.folder, 'ballast'));
    this.file = new SqliteFile({ path: this.path, schema: SCHEMA, maxBytes: options.maxBytes, timeoutMs: TIMEOUT_MS });
  }

  /**
   * Opens the file. A damaged file is renamed, never deleted; its new path is returned.
   * @throws DatabaseLockedError when another process uses the folder
   */
  async open(): Promise<string | undefined> {
    this.cipher = SpoolCipher.fromFile(join(this.options.folder, 'spool.key'));
    this.ballast.create();
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
   * Stores batches in one transaction; they are durable when it resolves. Batches whose key was used before, and chosen
   * ids that wait here with different content, are left out and reported in the outcomes.
   * @throws DatabaseFullError and other errors of SQLite; no batch is stored then
   */
  async append(batches: readonly RecordBatch[]): Promise<BatchOutcomes> {
    const outcomes = new Map<RecordBatch, BatchOutcome>();
    const now = this.options.now();
    const entries: unknown[][] = [];
    const answers: unknown[][] = [];
    // No other process writes here, and groups are appended one at a time: these reads stay valid until the commit.
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
      // The key of a refused request is not stored, so that the corrected request may use it.
      if (taken.length > 0 && claim) continue;
      for (const body of toEntries(batch, this.options.markClock?.())) {
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
   * Returns the oldest entries, decrypted: at most `limit` and at most 8 MiB, but at least one. Entries that cannot be
   * decrypted are buried and counted.
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

  /** Moves an entry to the dead letters with the reason, so that it does not block the others. */
  async bury(seq: number, reason: string): Promise<void> {
    await this.free([
      { sql: BURY, rows: [[this.options.now(), reason, seq]] },
      { sql: 'DELETE FROM spool WHERE seq = ?', rows: [[seq]] },
    ]);
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.file.query<DeadLetter>('SELECT id, kind, reason, created_at, died_at FROM dead_letters ORDER BY seq');
  }

  /** Yields all waiting entries and then all dead letters, decrypted, oldest first. */
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

  /** Erases rows and dependent rows from waiting entries and dead letters. Returns how many rows `find` returned. */
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

  /** Returns dead letters to the waiting entries. Returns their number. */
  async revive(): Promise<number> {
    const letters = await this.deadLetters();
    await this.file.commit([
      { sql: REVIVE, rows: [[]] },
      { sql: REVIVED, rows: [[]] },
    ]);
    return letters.length - (await this.deadLetters()).length;
  }

  /** Saves a short text under a name for the next start, encrypted like a record. */
  async saveMemo(name: string, text: string): Promise<void> {
    const row = [name, this.opened.seal(name, text), this.options.now()];
    await this.file.commit([
      { sql: 'INSERT OR REPLACE INTO memo (name, body, saved_at) VALUES (?, ?, ?)', rows: [row] },
    ]);
  }

  async forgetMemo(name: string): Promise<void> {
    await this.file.commit([{ sql: 'DELETE FROM memo WHERE name = ?', rows: [[name]] }]);
  }

  /** Deletes responses to keys that are from before `before` (milliseconds since 1970). */
  async forgetAnswers(before: number): Promise<void> {
    await this.file.commit([{ sql: 'DELETE FROM answers WHERE created_at < ?', rows: [[before]] }]);
  }

  /**
   * Returns memos from `since` (milliseconds since 1970) on. Deletes earlier ones, and skips those that cannot be
   * decrypted.
   */
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

  /** Runs statements that free space. On a full volume they need some space themselves, which the ballast releases. */
  private async free(groups: { sql: string; rows: unknown[][] }[]): Promise<void> {
    try {
      await this.file.commit(groups);
    } catch (error) {
      if (!(error instanceof DatabaseFullError) || !this.ballast.release()) throw error;
      await this.file.commit(groups);
    }
  }

  private read({ id, kind, body, schema_version: version }: SpooledRow): EntryBody {
    const value = JSON.parse(this.opened.open(id, Buffer.from(body))) as unknown;
    return version === ONE_ROW ? { parts: [[kind, [value as BulkRow]]] } : (value as EntryBody);
  }

  /** Returns an entry, or why it cannot be decrypted, so that one bad entry does not hide the rest. */
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

  /** Returns the chosen ids of `batch` that wait here, or are in the same group (`fresh`), with different content. */
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

/** Returns one entry for each row that need not stay with others, so that a bad row does not block the rest. */
function toEntries({ claim, parts }: RecordBatch, mark: ClockMark | undefined): EntryBody[] {
  const clock = mark ? { clock: mark } : {};
  if (claim || parts.length > 1) {
    return [
      { parts: parts.map(({ insert, rows }) => [insert.table, [...rows]]), ...(claim ? { claim } : {}), ...clock },
    ];
  }
  return parts.flatMap(({ insert, rows }) =>
    rows.map((row): EntryBody => ({ parts: [[insert.table, [row]]], ...clock })),
  );
}

function idOf({ parts }: EntryBody): string {
  const id = parts[0]?.[1][0]?.id;
  if (id === undefined) throw new Error('a record in the spool needs an id');
  return String(id);
}

/**
 * Returns `wanted` bytes, but at most half of the free space on the volume of `folder`: a full volume would block the
 * replay.
 */
export function affordableBytes(folder: string, wanted: number): number {
  const existing = existsSync(folder) ? folder : dirname(folder);
  const { bavail, bsize } = statfsSync(existsSync(existing) ? existing : '.');
  return Math.min(wanted, Math.floor((Number(bavail) * Number(bsize)) / 2));
}
