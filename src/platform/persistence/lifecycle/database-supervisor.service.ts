import { Inject, Injectable } from '@nestjs/common';
import { type AppError, withDeadline } from '#kernel';
import { type DatabaseTarget, FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import type { Database, PoolStats } from '../contract/database.js';
import {
  DatabaseUnavailableError,
  KeysMismatchError,
  PersistenceNotReadyError,
  SchemaOutdatedError,
  toDatabaseError,
} from '../contract/errors.js';
import { type ClockStatus, ClockSynchronizer } from './clock-synchronizer.service.js';
import { KeyCheck } from '../keys/key-check.service.js';
import { Migrator } from './migrator.js';
import { DATABASE } from '../contract/tokens.js';

/** `outdated`: the schema belongs to a previous version. `mismatched`: the keys of this server are not its keys. */
export type DatabaseState = 'starting' | 'up' | 'down' | 'outdated' | 'mismatched';

export interface DatabaseStatus {
  state: DatabaseState;
  /** Code of the latest failure while the database is not up. */
  reason: string | null;
  sizeBytes: number | null;
}

/** Work of a feature that runs each time the database becomes usable, such as creating the first key. */
export type ReadyTask = () => Promise<void>;

const CHECK_EVERY_MS = 2000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5000;
const FIRST_ATTEMPT_TIMEOUT_MS = 15_000;
const PING_TIMEOUT_MS = 6000;
const OPEN_TIMEOUT_MS = 20_000;
const MIGRATE_TIMEOUT_MS = 1_800_000;
const STOP_TIMEOUT_MS = 5000;
const SIZE_EVERY_CHECKS = 15;
const PARTITIONS_EVERY_MS = 10_000;
/** Work that takes longer may be waiting for a database that is lost. */
const SLOW_WORK_MS = 400;

/**
 * Keeps the database connected.
 *
 * - the server starts without it and retries with growing pauses, so no restart is needed
 * - once connected, checks it every 2 s on a separate connection; probes and requests read the result from memory
 * - migrates a schema of a previous version (SQLite always, PostgreSQL if configured), or reports it as `outdated`
 * - refuses a database whose values belong to other keys than those of this server
 * - each check reads the database's clock, before any task of this server may use the time
 * - a failed write or lookup may report the database down immediately, before the next check
 */
@Injectable()
export class DatabaseSupervisor {
  private current: DatabaseStatus = { state: 'starting', reason: null, sizeBytes: null };
  private refused: AppError | null = null;
  private readonly tasks: ReadyTask[] = [];
  private readonly closingTasks: ReadyTask[] = [];
  /** Functions that end the waiting of callers inside `whileUp`. */
  private readonly waiting = new Set<() => void>();
  private stopped = false;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  private ready = false;
  private checks = 0;
  private readonly recoveredListeners: (() => void)[] = [];
  private partitions: Promise<string[]> | undefined;
  private partitionsAt = 0;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clocks: ClockSynchronizer,
    private readonly keys: KeyCheck,
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  get status(): DatabaseStatus {
    return this.current;
  }

  /** How the system clock of this server compares with the clock that records follow. */
  get clock(): ClockStatus {
    return this.clocks.status;
  }

  get backend(): DatabaseTarget['type'] {
    return this.config.database.target.type;
  }

  /** Why this server must not use the database until a person acts; null if it may, or if it is unavailable. */
  get refusal(): AppError | null {
    return this.refused;
  }

  get isUp(): boolean {
    return this.current.state === 'up';
  }

  get pools(): PoolStats[] {
    return this.database.pools();
  }

  onReady(task: ReadyTask): void {
    this.tasks.push(task);
  }

  /** Starts to watch. Resolves after the first attempt, whatever its outcome. */
  async start(): Promise<void> {
    const first = this.attempt();
    await withDeadline(first, FIRST_ATTEMPT_TIMEOUT_MS, () => new DatabaseUnavailableError()).catch(() => undefined);
    // One attempt at a time, even if the first takes longer than this method waits for it.
    this.running = first.then(() => this.watch());
  }

  /**
   * Returns the result of `work`, or fails as soon as the database is known to be unavailable: no caller waits for the
   * timeout of a query that will get no response. Slow work triggers an immediate check.
   * @throws DatabaseUnavailableError, SchemaOutdatedError, KeysMismatchError, PersistenceNotReadyError (all 503)
   */
  async whileUp<T>(work: () => Promise<T>): Promise<T> {
    if (this.refused) throw this.refused;
    if (this.current.state === 'starting') throw new PersistenceNotReadyError();
    if (this.current.state === 'down') throw new DatabaseUnavailableError();
    let abandon: () => void = () => undefined;
    const unavailable = new Promise<never>((_, reject) => {
      abandon = () => reject(new DatabaseUnavailableError());
    });
    this.waiting.add(abandon);
    const slowTimer = setTimeout(() => this.wake(), SLOW_WORK_MS);
    try {
      return await Promise.race([work(), unavailable]);
    } finally {
      clearTimeout(slowTimer);
      this.waiting.delete(abandon);
    }
  }

  /** Calls `listener` each time the database becomes available again. */
  onRecovered(listener: () => void): void {
    this.recoveredListeners.push(listener);
  }

  /** Checks the database immediately instead of at the next interval, after a sign of trouble. */
  checkNow(): void {
    if (this.isUp) this.wake();
  }

  /**
   * Creates missing partitions. Returns whether a retry of the record may succeed: not if creating failed, nor if it
   * was done just before.
   */
  async ensurePartitions(): Promise<boolean> {
    const now = performance.now();
    if (!this.partitions || now - this.partitionsAt > PARTITIONS_EVERY_MS) {
      this.partitionsAt = now;
      this.partitions = new Migrator(this.config).ensurePartitions();
      this.partitions.then(
        (created) => this.logger.warn({ partitions: created }, 'created partitions that a record needed'),
        (error: unknown) => this.logger.error({ err: error }, 'failed to create a partition that a record needs'),
      );
    }
    return this.partitions.then(
      (created) => created.length > 0,
      () => false,
    );
  }

  /** Creates the partitions of these times (milliseconds since 1970), which may be outside the usual span. */
  async ensurePartitionsFor(times: readonly number[]): Promise<void> {
    await this.whileUp(() => new Migrator(this.config).ensurePartitions(times));
  }

  /** Reports that a caller saw the database fail. */
  reportFailure(error: unknown): void {
    const mapped = toDatabaseError(error);
    const wasUp = this.current.state === 'up';
    if (mapped instanceof DatabaseUnavailableError && wasUp) this.change('down', mapped.code);
    // During an outage the pauses grow, and failing requests must not shorten them.
    if (wasUp) this.wake();
  }

  /**
   * Registers work to finish before the database is closed, such as writing waiting records. Tasks run in reverse
   * order, because a later one may depend on those before it.
   */
  onClosing(task: ReadyTask): void {
    this.closingTasks.push(task);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    // An attempt may hang on a half-dead connection, but the process must still end.
    if (this.running)
      await withDeadline(this.running, STOP_TIMEOUT_MS, () => new DatabaseUnavailableError()).catch(() => undefined);
    for (const task of [...this.closingTasks].reverse()) {
      await task().catch((error: unknown) => this.logger.error({ err: error }, 'a shutdown task failed'));
    }
    await this.clocks.save();
    await this.database.close();
  }

  private async watch(): Promise<void> {
    let pause = FIRST_RETRY_MS;
    while (!this.stopped) {
      if (this.current.state === 'up') {
        pause = FIRST_RETRY_MS;
        await this.pause(CHECK_EVERY_MS);
      } else {
        // Jitter keeps servers that lost the same database from returning at the same time.
        await this.pause(pause / 2 + (Math.random() * pause) / 2);
        pause = Math.min(MAX_RETRY_MS, pause * 2);
      }
      if (!this.stopped) await this.attempt();
    }
  }

  private async attempt(): Promise<void> {
    this.clocks.skipSuspension();
    try {
      const work = this.ready ? this.check() : this.open();
      await withDeadline(work, this.ready ? PING_TIMEOUT_MS : this.openLimitMs, () => new DatabaseUnavailableError());
      if (this.checks++ % SIZE_EVERY_CHECKS === 0) await this.updateSize();
      this.refused = null;
      this.change('up', null);
    } catch (error) {
      const mapped = toDatabaseError(error);
      // Keys that do not match stay wrong while the database cannot be asked.
      const isStillRefused = this.refused instanceof KeysMismatchError;
      if (stateAfter(mapped) !== 'down') this.refused = mapped;
      else if (!isStillRefused) this.refused = null;
      if (this.refused) this.ready = false;
      this.change(stateAfter(mapped), mapped.code, mapped);
    }
  }

  private async check(): Promise<void> {
    await this.clocks.read(await this.database.ping());
  }

  /** Updates the size, which is for information only. A timeout on a large database is no sign of bad health. */
  private async updateSize(): Promise<void> {
    try {
      this.current = { ...this.current, sizeBytes: await this.database.sizeBytes() };
    } catch (error) {
      this.logger.debug({ err: error }, 'failed to read the size of the database');
    }
  }

  private async open(): Promise<void> {
    const migrator = new Migrator(this.config, () => this.logger.info('waiting for another process to migrate'));
    const automatic = this.config.database.target.type === 'sqlite' || this.config.database.autoMigrate;
    if (automatic) {
      const migrations = await migrator.up();
      if (migrations.length > 0)
        this.logger.info({ count: migrations.length, migration: migrations.at(-1) }, 'migrations applied');
    }
    await this.database.connect();
    await this.check();
    if (!automatic) {
      const { pending } = await migrator.status();
      if (pending.length > 0) throw new SchemaOutdatedError();
      await this.makePartitions(migrator);
    }
    await this.keys.verify();
    for (const task of this.tasks) await task();
    this.ready = true;
  }

  /** A role that may not create tables can still record into existing partitions. */
  private async makePartitions(migrator: Migrator): Promise<void> {
    try {
      const created = await migrator.ensurePartitions();
      if (created.length > 0) this.logger.info({ partitions: created }, 'partitions created');
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error;
      this.logger.warn({ err: error, remedy: 'Run `npx feedback-loop migrate up`.' }, 'failed to create partitions');
    }
  }

  /** Time limit for opening, in milliseconds. Migrations may take long; checking the schema may not. */
  private get openLimitMs(): number {
    return this.config.database.target.type === 'sqlite' || this.config.database.autoMigrate
      ? MIGRATE_TIMEOUT_MS
      : OPEN_TIMEOUT_MS;
  }

  private change(state: DatabaseState, reason: string | null, error?: unknown): void {
    const before = this.current;
    this.current = { ...before, state, reason };
    if (state !== 'up') for (const abandon of this.waiting) abandon();
    if (state === 'up' && before.state !== 'up') for (const listener of this.recoveredListeners) listener();
    if (before.state === state && before.reason === reason) return;
    const fields = { state, reason: reason ?? undefined, err: error };
    const refused = { ...fields, remedy: (error as { remedy?: string } | undefined)?.remedy };
    if (state === 'up') this.logger.info(fields, 'database is up');
    else if (state === 'mismatched') this.logger.error(refused, 'the keys of this server do not match the database');
    else this.logger.warn(refused, `database is ${state}`);
  }

  private async pause(ms: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    // Not `sleep`: a timer without a waiter would keep a command running.
    const timer = setTimeout(() => this.wake(), ms);
    await woken;
    clearTimeout(timer);
  }
}

function stateAfter(error: AppError): DatabaseState {
  if (error instanceof SchemaOutdatedError) return 'outdated';
  return error instanceof KeysMismatchError ? 'mismatched' : 'down';
}
