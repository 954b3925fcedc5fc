import { Inject, Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import {
  DATABASE,
  type Database,
  DatabaseSupervisor,
  isTransient,
  PartitionMissingError,
  toDatabaseError,
} from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { type BreakerState, DependencyPolicy, DependencyUnavailableError } from '#resilience';
import { BatchCommitter } from './batch-committer.js';
import type { BatchOutcome, BatchOutcomes, RecordBatch } from './record-batch.js';
import { CommitHooks } from './commit-hooks.registry.js';
import { ReplayGuards } from '../spool/replay-guards.registry.js';
import { SealedRows } from '../spool/sealed-rows.service.js';

const PROBE_EVERY_MS = 5000;
const BREAKER_FIGURES: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

/**
 * Commits records to the database.
 *
 * - a commit that failed transiently is retried within the time budget of a record; inserts are idempotent by id
 * - consecutive failures open the circuit breaker: records then go straight to the spool until an attempt or a health
 *   check succeeds
 * - a missing monthly partition is created, and the commit is repeated
 */
@Injectable()
export class DatabaseWriter {
  private readonly committer: BatchCommitter;
  private readonly policy: DependencyPolicy;

  constructor(
    @Inject(DATABASE) readonly database: Database,
    private readonly supervisor: DatabaseSupervisor,
    metrics: Metrics,
    config: FeedbackLoopConfig,
    hooks: CommitHooks,
    private readonly guards: ReplayGuards,
    private readonly sealedRows: SealedRows,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.committer = new BatchCommitter(database, hooks);
    this.policy = new DependencyPolicy({
      name: 'database',
      retryAttempts: config.database.retryAttempts,
      failures: config.database.breakerFailures,
      probeMs: config.database.breakerProbeMs,
      openMs: config.database.breakerOpenMs,
      budgetMs: config.database.recordBudgetMs,
      isTransient,
      isFailure: (error) => toDatabaseError(error).status >= 500 && !(error instanceof PartitionMissingError),
      onStateChange: (state) => logger.warn({ state, component: 'database' }, `the circuit breaker is ${state}`),
    });
    metrics.gauge(
      'db_breaker_state',
      'Circuit breaker of writes: 0 closed, 1 half-open, 2 open.',
      () => BREAKER_FIGURES[this.policy.state],
    );
    supervisor.onRecovered(() => this.policy.reset());
  }

  get breakerState(): BreakerState {
    return this.policy.state;
  }

  /** Whether records should be sent to the database: not while it is unavailable, nor while one commit tests it. */
  get admits(): boolean {
    return this.supervisor.isUp && this.policy.state !== 'half_open';
  }

  /**
   * Commits a group in a lane; commits of different lanes may run at the same time. Stops retrying when `isWanted`
   * returns false.
   * @throws the errors of the database; DependencyUnavailableError if the breaker is open or the time budget is used up
   */
  async commit(batches: readonly RecordBatch[], isWanted: () => boolean, lane: number): Promise<BatchOutcomes> {
    try {
      return await this.policy.run(
        () => this.once(batches, lane),
        () => isWanted() && this.supervisor.isUp,
      );
    } catch (error) {
      // An open breaker did not contact the database, so there is nothing to report.
      if (!(error instanceof DependencyUnavailableError)) this.supervisor.reportFailure(error);
      throw error;
    }
  }

  /**
   * Commits records from the spool. Without retries and breaker, because the spool retries.
   * @throws the errors of the database; DataRefusedError for values whose key this server lacks
   */
  async replay(batches: readonly RecordBatch[]): Promise<BatchOutcomes> {
    const kept = await this.guards.filter(batches);
    for (const [batch, rest] of kept) kept.set(batch, this.sealedRows.renew(rest));
    const committed = await this.withPartitions(() => this.committer.commit([...kept.values()], 'spool'));
    // The database accepts writes again, so records need not wait for the next attempt of the breaker.
    this.policy.reset();
    const outcomes = new Map<RecordBatch, BatchOutcome>();
    for (const [batch, rest] of kept) {
      const outcome = committed.get(rest);
      if (outcome) outcomes.set(batch, outcome);
    }
    return outcomes;
  }

  /** Tests the database with a write that leaves no row. Without traffic, an open breaker would otherwise stay open. */
  @WhileDatabaseUp({ name: 'database.probe', every: PROBE_EVERY_MS })
  async probe(): Promise<void> {
    if (this.policy.state !== 'open') return;
    await this.policy
      .run(() => this.committer.probe())
      .catch((error: unknown) => this.logger.debug({ err: error }, 'the database does not accept records yet'));
  }

  private async once(batches: readonly RecordBatch[], lane: number): Promise<BatchOutcomes> {
    try {
      return await this.withPartitions(() => this.committer.commit(batches, 'database', lane));
    } catch (error) {
      if (isTransient(error)) this.supervisor.checkNow();
      throw error;
    }
  }

  private async withPartitions(commit: () => Promise<BatchOutcomes>): Promise<BatchOutcomes> {
    try {
      return await commit();
    } catch (error) {
      if (!(error instanceof PartitionMissingError) || !(await this.supervisor.ensurePartitions())) throw error;
      return commit();
    }
  }
}
