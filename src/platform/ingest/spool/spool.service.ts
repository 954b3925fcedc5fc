import { codeOf, HOUR_MS, ServerClock, sleep } from '#kernel';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger, Metrics, traced } from '#observability';
import { DatabaseLockedError, DatabaseSupervisor, StoredTables } from '#persistence';
import { DatabaseWriter } from '../commit/database-writer.service.js';
import { SpoolOwnedError } from '../errors.js';
import { GroupCommitWriter } from '../commit/group-commit-writer.js';
import { type BatchOutcome, type RecordBatch, rowsOf } from '../commit/record-batch.js';
import type { ReplayGuard } from './replay-guards.registry.js';
import { affordableBytes, Spool, type SpoolStats } from './spool.js';
import { REPLAY_ROWS, SpoolReplayer } from './spool-replayer.js';

export type SpoolState = 'off' | 'closed' | 'ready' | 'full' | 'broken';

const MAX_WAITING_ROWS = 5000;
const MAX_WAITING_BYTES = 16 * 2 ** 20;
const GROUP_ROWS = 1000;
const CHECK_EVERY_MS = 500;
const IDLE_CHECKS = 20;
/** At most 2,000 rows a second, because all replicas replay at the same time after an outage. */
const STEP_MS = (REPLAY_ROWS / 2000) * 1000;
const MAX_JITTER_MS = 3000;
const FINAL_REPLAY_MS = 10_000;
const MIN_BYTES = 1_048_576;
/** A full spool accepts records again when its used share falls below this. */
const REOPEN_SHARE = 0.9;

const EMPTY: SpoolStats = { rows: 0, oldestAt: null, deadLetters: 0, bytes: 0, maxBytes: 0 };

/** Owns the spool of this server: opens it, writes to it while the database does not accept records, and replays it. */
@Injectable()
export class SpoolService {
  private readonly spool: Spool;
  private readonly replayer: SpoolReplayer;
  private readonly writer: GroupCommitWriter;
  private readonly replayed;
  private readonly rejected;
  private current: SpoolStats = EMPTY;
  private failure: SpoolState = 'closed';
  private stopped = false;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly supervisor: DatabaseSupervisor,
    database: DatabaseWriter,
    private readonly clock: ServerClock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    metrics: Metrics,
    tables: StoredTables,
  ) {
    const folder = config.spool.dir ?? join(config.server.dataDir, 'spool');
    const maxBytes = affordableBytes(folder, config.spool.maxBytes);
    const options = { folder, maxBytes, now: () => clock.now(), markClock: () => clock.mark() };
    this.spool = new Spool(options, (table) => tables.insertOf(table));
    this.replayed = metrics.counter('spool_replayed_total', 'Records that were replayed to the database.');
    this.rejected = metrics.counter('spool_rejected_total', 'Records that the spool could not store.');
    this.replayer = new SpoolReplayer(this.spool, {
      commit: (batches) =>
        database.replay(batches).catch((error: unknown) => {
          // Only failures of the database are reported. Those of the spool's disk must not mark the database down.
          supervisor.reportFailure(error);
          throw error;
        }),
      onProgress: (replayed, buried) => {
        this.replayed.inc(replayed);
        if (buried > 0)
          this.logger.error(
            { count: buried },
            'the database refused records, which are dead letters now: see spool inspect',
          );
      },
    });
    this.writer = new GroupCommitWriter({
      commit: (batches) => this.spool.append(batches),
      isDataFault: () => false,
      onFailed: (error) => this.onFailed(error),
      lanes: 1,
      budgetMs: config.spool.budgetMs,
      maxRows: MAX_WAITING_ROWS,
      maxBytes: MAX_WAITING_BYTES,
      groupRows: GROUP_ROWS,
    });
    metrics.gauge('spool_rows', 'Records waiting in the spool.', () => this.current.rows);
    metrics.gauge('spool_bytes', 'Bytes of the spool in use.', () => this.current.bytes);
    metrics.gauge('spool_max_bytes', 'Bytes that the spool may use.', () => this.current.maxBytes);
    metrics.gauge('spool_oldest_seconds', 'Age of the oldest record in the spool.', () => this.oldestSeconds);
    metrics.gauge('spool_dead_letter_rows', 'Records that the database refused.', () => this.current.deadLetters);
    supervisor.onClosing(() => this.close());
  }

  get state(): SpoolState {
    if (!this.config.spool.enabled) return 'off';
    return this.failure;
  }

  get stats(): SpoolStats {
    return this.current;
  }

  get oldestSeconds(): number {
    return this.current.oldestAt === null ? 0 : Math.max(0, (this.clock.now() - this.current.oldestAt) / 1000);
  }

  /**
   * Opens the spool and starts to watch it. A damaged file is renamed and replaced. With a full or read-only volume,
   * the server runs without a spool.
   * @throws SpoolOwnedError when another process uses the same folder, because two servers must never share one
   */
  async open(): Promise<void> {
    if (!this.config.spool.enabled) return;
    try {
      const aside = await this.spool.open();
      if (aside)
        this.logger.error({ reason: aside }, 'the spool was damaged; it was renamed and replaced by an empty one');
      this.current = await this.spool.stats();
      this.failure = this.current.maxBytes < MIN_BYTES ? 'full' : 'ready';
      if (this.current.rows > 0)
        this.logger.warn({ rows: this.current.rows }, 'records of a previous run wait in the spool');
    } catch (error) {
      if (error instanceof DatabaseLockedError) throw new SpoolOwnedError(this.spool.path);
      this.failure = 'broken';
      this.logger.error(
        { err: error },
        'the spool cannot be opened: records are lost during an outage of the database',
      );
    }
    // A broken spool is watched too, because it may work later, and its records must then be replayed.
    this.loop = this.watch();
  }

  /**
   * Stores a batch. Returns its outcome; undefined if it was simply stored.
   * @throws NotRecordedError, QueueFullError (503)
   */
  async put(batch: RecordBatch): Promise<BatchOutcome | undefined> {
    try {
      const outcome = await traced('spool put', { rows: rowsOf(batch) }, () => this.writer.put(batch));
      if (this.failure === 'full') this.failure = 'ready';
      this.current = { ...this.current, rows: this.current.rows + rowsOf(batch) };
      return outcome;
    } catch (error) {
      this.rejected.inc(rowsOf(batch));
      throw error;
    }
  }

  /** Resolves when a stream may send its next batch. */
  room(): Promise<void> {
    return this.writer.room();
  }

  /** Saves a short text for the next start. Best effort: without it, only an outage has slightly worse effects. */
  async saveMemo(name: string, text: string): Promise<void> {
    if (this.state !== 'ready') return;
    await this.spool
      .saveMemo(name, text)
      .catch((error: unknown) => this.logger.debug({ err: error }, 'failed to save a memo'));
  }

  async forgetMemo(name: string): Promise<void> {
    if (this.state !== 'ready') return;
    await this.spool
      .forgetMemo(name)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'failed to remove a memo'));
  }

  /** Returns the memos that are at most `ageMs` milliseconds old. */
  async memos(ageMs: number): Promise<{ name: string; text: string }[]> {
    if (this.state !== 'ready') return [];
    return this.spool.memos(this.clock.now() - ageMs);
  }

  /** Whether `erase` finds all records: a broken spool may contain some that return later. */
  get isReadable(): boolean {
    return this.state !== 'broken';
  }

  /** Erases rows from waiting records and dead letters. Returns how many; 0 without a spool. */
  async erase(find: ReplayGuard): Promise<number> {
    if (this.state === 'off' || this.failure === 'closed' || this.failure === 'broken') return 0;
    const count = await this.spool.erase(find);
    await this.refresh();
    return count;
  }

  private async watch(): Promise<void> {
    let checks = 0;
    while (!this.stopped) {
      await sleep(CHECK_EVERY_MS);
      if (this.stopped) return;
      // Only this server changes an empty spool. It is still checked now and then, to notice a broken disk.
      if (this.current.rows > 0 || checks++ % IDLE_CHECKS === 0) await this.refresh();
      if (!this.supervisor.isUp || this.current.rows === 0 || this.failure === 'broken') continue;
      await sleep(Math.random() * MAX_JITTER_MS);
      await this.replay(() => !this.stopped);
    }
  }

  /** Replays until the spool is empty, the database is unavailable, or `canContinue` returns false. */
  private async replay(canContinue: () => boolean): Promise<void> {
    try {
      while (canContinue() && this.supervisor.isUp) {
        const started = performance.now();
        const moved = await this.replayer.step();
        await this.refresh();
        if (moved === 0) return;
        await sleep(Math.max(0, STEP_MS - (performance.now() - started)));
      }
    } catch (error) {
      this.logger.warn(
        { err: error, rows: this.current.rows },
        'the replay of the spool failed; it continues when the database is available',
      );
    }
  }

  private async refresh(): Promise<void> {
    try {
      this.current = await this.spool.stats();
      await this.spool.forgetAnswers(this.clock.now() - this.config.retention.idempotencyHours * HOUR_MS);
      const hasRoom = this.current.bytes < this.current.maxBytes * REOPEN_SHARE;
      if (this.failure === 'broken' || (this.failure === 'full' && hasRoom)) this.failure = 'ready';
    } catch (error) {
      if (this.failure !== 'broken') this.logger.error({ err: error }, 'the spool cannot be read');
      this.failure = 'broken';
    }
  }

  private onFailed(error: unknown): void {
    const full = codeOf(error) === 'database_full';
    const before = this.failure;
    this.failure = full ? 'full' : 'broken';
    if (before !== this.failure) this.logger.error({ err: error, state: this.failure }, `the spool is ${this.failure}`);
  }

  private async close(): Promise<void> {
    this.stopped = true;
    await this.writer.flush();
    await this.loop;
    if (this.failure === 'closed' || !this.config.spool.enabled) return;
    const deadline = performance.now() + FINAL_REPLAY_MS;
    if (this.supervisor.isUp && this.current.rows > 0) await this.replay(() => performance.now() < deadline);
    await this.spool.close();
  }
}
