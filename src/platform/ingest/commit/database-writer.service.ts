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

const PROBE_EVERY_MS = 5000;
const BREAKER_FIGURES: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

/**
 * The database as `ingest/` sees it.
 *
 * - a commit is tried again when its failure may pass, inside the budget of a record; inserts are idempotent by id
 * - several failures in a row open the breaker: records go to the spool at once until a try, or the health check, succeeds
 * - a month without a partition gets one, and the commit is repeated
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

  /** Whether a record should be offered to the database at all: not while it is away, nor while one commit tries it out. */
  get admits(): boolean {
    return this.supervisor.isUp && this.policy.state !== 'half_open';
  }

  /** `lane`: one of those that run at the same time. @throws what the database threw; DependencyUnavailableError when it was not asked or is too slow */
  async commit(batches: readonly RecordBatch[], wanted: () => boolean, lane: number): Promise<BatchOutcomes> {
    try {
      return await this.policy.run(
        () => this.once(batches, lane),
        () => wanted() && this.supervisor.isUp,
      );
    } catch (error) {
      // An open breaker did not ask: there is nothing new to look at.
      if (!(error instanceof DependencyUnavailableError)) this.supervisor.reportFailure(error);
      throw error;
    }
  }

  /** What waited in the spool. No tries, no breaker: the spool itself tries again. */
  async replay(batches: readonly RecordBatch[]): Promise<BatchOutcomes> {
    const kept = await this.guards.filter(batches);
    const committed = await this.withPartitions(() => this.committer.commit([...kept.values()], 'spool'));
    // It does write again: nobody has to wait for the breaker's own next try.
    this.policy.reset();
    const outcomes = new Map<RecordBatch, BatchOutcome>();
    for (const [batch, rest] of kept) {
      const outcome = committed.get(rest);
      if (outcome) outcomes.set(batch, outcome);
    }
    return outcomes;
  }

  /** Without traffic nobody would try: an open breaker is tried by a write that leaves nothing behind. */
  @WhileDatabaseUp({ name: 'database.probe', every: PROBE_EVERY_MS })
  async probe(): Promise<void> {
    if (this.policy.state !== 'open') return;
    await this.policy
      .run(() => this.committer.probe())
      .catch((error: unknown) => this.logger.debug({ err: error }, 'the database does not take records yet'));
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
