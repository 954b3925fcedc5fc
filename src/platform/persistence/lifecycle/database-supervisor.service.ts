import { Inject, Injectable } from '@nestjs/common';
import { withDeadline } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import type { Database, PoolStats } from '../contract/database.js';
import {
  DatabaseUnavailableError,
  PersistenceNotReadyError,
  SchemaOutdatedError,
  toDatabaseError,
} from '../contract/errors.js';
import { Migrator } from './migrator.js';
import { DATABASE } from '../contract/tokens.js';

export type DatabaseState = 'starting' | 'up' | 'down' | 'outdated';

export interface DatabaseStatus {
  state: DatabaseState;
  /** Code of the latest failure, while it is not up. */
  reason: string | null;
  sizeBytes: number | null;
}

/** Work a feature needs done each time the database has become usable, such as making the first key. */
export type ReadyTask = () => Promise<void>;

const CHECK_EVERY_MS = 2000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5000;
const FIRST_ATTEMPT_MS = 15_000;
const PING_MS = 6000;
const OPEN_MS = 20_000;
const MIGRATE_MS = 1_800_000;
const STOP_MS = 5000;
const SIZE_EVERY_CHECKS = 15;
const PARTITIONS_EVERY_MS = 10_000;
/** Work that takes longer than this may be waiting for a database that is gone. */
const SUSPICIOUS_MS = 400;

/**
 * Keeps the database connected.
 *
 * - the server starts without it and goes on trying with growing pauses; nothing has to be restarted
 * - once connected it looks every 2 s, on a connection of its own; probes and requests read the latest result from memory
 * - a schema that is older than the code is migrated (SQLite always, PostgreSQL when configured) or reported as `outdated`
 * - a failed write or look-up may report the database down at once, without waiting for the next look
 */
@Injectable()
export class DatabaseSupervisor {
  private current: DatabaseStatus = { state: 'starting', reason: null, sizeBytes: null };
  private readonly tasks: ReadyTask[] = [];
  private readonly closingTasks: ReadyTask[] = [];
  /** Ends the waiting of callers inside `whileUp`. */
  private readonly waiting = new Set<() => void>();
  private stopped = false;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  private ready = false;
  private checks = 0;
  private readonly recovered: (() => void)[] = [];
  private partitions: Promise<string[]> | undefined;
  private partitionsAt = 0;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  get status(): DatabaseStatus {
    return this.current;
  }

  get backend(): FeedbackLoopConfig['database']['type'] {
    return this.config.database.target.type;
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

  /** Starts watching; resolves after the first attempt, whatever its outcome. */
  async start(): Promise<void> {
    const first = this.attempt();
    await withDeadline(first, FIRST_ATTEMPT_MS, () => new DatabaseUnavailableError()).catch(() => undefined);
    // One attempt at a time, also when the first one takes longer than we wait for it.
    this.running = first.then(() => this.watch());
  }

  /**
   * Answers what `work` answers, or fails as soon as the database is known to be away: no caller waits out the time-out of a
   * query that nobody will answer. Work that takes long makes the supervisor look at once.
   * @throws DatabaseUnavailableError, SchemaOutdatedError, PersistenceNotReadyError (all 503)
   */
  async whileUp<T>(work: () => Promise<T>): Promise<T> {
    if (this.current.state === 'outdated') throw new SchemaOutdatedError();
    if (this.current.state === 'starting') throw new PersistenceNotReadyError();
    if (this.current.state === 'down') throw new DatabaseUnavailableError();
    let abandon: () => void = () => undefined;
    const gone = new Promise<never>((_, reject) => {
      abandon = () => reject(new DatabaseUnavailableError());
    });
    this.waiting.add(abandon);
    const suspicion = setTimeout(() => this.wake(), SUSPICIOUS_MS);
    try {
      return await Promise.race([work(), gone]);
    } finally {
      clearTimeout(suspicion);
      this.waiting.delete(abandon);
    }
  }

  /** Told each time the database is back after it was away. */
  onRecovered(listener: () => void): void {
    this.recovered.push(listener);
  }

  /** Something looks wrong: looks at the database now instead of in a while. */
  suspect(): void {
    if (this.isUp) this.wake();
  }

  /**
   * Makes the partitions that are missing. Answers whether that may have helped: not when it failed, nor when it was done just now.
   */
  async ensurePartitions(): Promise<boolean> {
    const now = performance.now();
    if (!this.partitions || now - this.partitionsAt > PARTITIONS_EVERY_MS) {
      this.partitionsAt = now;
      this.partitions = new Migrator(this.config).ensurePartitions();
      this.partitions.then(
        (made) => this.logger.warn({ partitions: made }, 'a record had no partition: the missing ones were made'),
        (error: unknown) => this.logger.error({ err: error }, 'a record had no partition, and none could be made'),
      );
    }
    return this.partitions.then(
      (made) => made.length > 0,
      () => false,
    );
  }

  /** Makes the partitions of these times too, which are not those of every day: milliseconds since 1970. */
  async makeRoomFor(times: readonly number[]): Promise<void> {
    await this.whileUp(() => new Migrator(this.config).ensurePartitions(times));
  }

  /** A caller saw the database fail. */
  reportFailure(error: unknown): void {
    const mapped = toDatabaseError(error);
    const wasUp = this.current.state === 'up';
    if (mapped instanceof DatabaseUnavailableError && wasUp) this.change('down', mapped.code);
    // In an outage the pauses grow; requests that fail must not make them short again.
    if (wasUp) this.wake();
  }

  /**
   * Work to finish before the database is closed, such as what is still waiting to be written. The last one to register is the
   * first to run: it stands on those before it.
   */
  onClosing(task: ReadyTask): void {
    this.closingTasks.push(task);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    // An attempt may hang on a line that is half dead; the process must end all the same.
    if (this.running)
      await withDeadline(this.running, STOP_MS, () => new DatabaseUnavailableError()).catch(() => undefined);
    for (const task of [...this.closingTasks].reverse()) {
      await task().catch((error: unknown) => this.logger.error({ err: error }, 'a task of the shutdown failed'));
    }
    await this.database.close();
  }

  private async watch(): Promise<void> {
    let pause = FIRST_RETRY_MS;
    while (!this.stopped) {
      if (this.current.state === 'up') {
        pause = FIRST_RETRY_MS;
        await this.pause(CHECK_EVERY_MS);
      } else {
        // Full jitter: replicas that lost the same database do not return in step.
        await this.pause(pause / 2 + (Math.random() * pause) / 2);
        pause = Math.min(MAX_RETRY_MS, pause * 2);
      }
      if (!this.stopped) await this.attempt();
    }
  }

  private async attempt(): Promise<void> {
    try {
      const work = this.ready ? this.database.ping() : this.open();
      await withDeadline(work, this.ready ? PING_MS : this.openLimitMs, () => new DatabaseUnavailableError());
      if (this.checks++ % SIZE_EVERY_CHECKS === 0) await this.lookAtSize();
      this.change('up', null);
    } catch (error) {
      const mapped = toDatabaseError(error);
      const outdated = mapped instanceof SchemaOutdatedError;
      if (outdated) this.ready = false;
      this.change(outdated ? 'outdated' : 'down', mapped.code, mapped);
    }
  }

  /** A figure for people: that it takes too long on a large database says nothing about its health. */
  private async lookAtSize(): Promise<void> {
    try {
      this.current = { ...this.current, sizeBytes: await this.database.sizeBytes() };
    } catch (error) {
      this.logger.debug({ err: error }, 'the size of the database is not known');
    }
  }

  private async open(): Promise<void> {
    const migrator = new Migrator(this.config, () => this.logger.info('waiting for another process to migrate'));
    const automatic = this.config.database.target.type === 'sqlite' || this.config.database.autoMigrate;
    if (automatic) {
      const applied = await migrator.up();
      if (applied.length > 0) this.logger.info({ migrations: applied }, 'migrations applied');
    }
    await this.database.connect();
    if (!automatic) {
      const { pending } = await migrator.status();
      if (pending.length > 0) throw new SchemaOutdatedError();
      await this.makePartitions(migrator);
    }
    for (const task of this.tasks) await task();
    this.ready = true;
  }

  /** A role that may not create tables still records into the partitions there are. */
  private async makePartitions(migrator: Migrator): Promise<void> {
    try {
      const made = await migrator.ensurePartitions();
      if (made.length > 0) this.logger.info({ partitions: made }, 'partitions made');
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error;
      this.logger.warn({ err: error, remedy: 'Run `npx feedback-loop migrate up`.' }, 'partitions could not be made');
    }
  }

  /** Migrations may take long; looking at the schema may not. */
  private get openLimitMs(): number {
    return this.config.database.target.type === 'sqlite' || this.config.database.autoMigrate ? MIGRATE_MS : OPEN_MS;
  }

  private change(state: DatabaseState, reason: string | null, error?: unknown): void {
    const before = this.current;
    this.current = { ...before, state, reason };
    if (state !== 'up') for (const abandon of this.waiting) abandon();
    if (state === 'up' && before.state !== 'up') for (const listener of this.recovered) listener();
    if (before.state === state && before.reason === reason) return;
    const fields = { state, reason: reason ?? undefined, err: error };
    if (state === 'up') this.logger.info(fields, 'database is up');
    else
      this.logger.warn(
        { ...fields, remedy: (error as { remedy?: string } | undefined)?.remedy },
        `database is ${state}`,
      );
  }

  private async pause(ms: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    // Not `sleep`: a timer that nobody waits for any more would keep a command running.
    const timer = setTimeout(() => this.wake(), ms);
    await woken;
    clearTimeout(timer);
  }
}
