import { type Clock, CLOCK, DAY_MS, isRetryable, sleep, type TenantContext } from '#kernel';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { isTransient, RETENTION_KINDS, type RetainedTable, StoredTables, type RetentionKind } from '#persistence';
import { asActor, type Principal } from '#security';
import { Archive } from './archive.service.js';
import { PartitionsRepository } from './partitions.repository.js';
import { type RetentionRun, type RetentionSetting } from './retention.js';
import { RetentionRepository } from './retention.repository.js';

/** A run without a heartbeat for this long is taken over by another server. */
const ABANDONED_MS = 60_000;
/** Smaller on SQLite, where no other write can run during the transaction. */
const BATCH_ROWS = { sqlite: 200, postgresql: 1000 };
const PAUSE_MS = 50;
const MAX_ATTEMPTS = 10;
/** Runs are listed for this long. */
const RUN_HISTORY_MS = 400 * DAY_MS;

export interface RunOptions {
  kinds?: readonly RetentionKind[] | undefined;
  /** Replaces the tenant's and the configured periods. */
  days?: number | undefined;
  tenants?: readonly string[] | undefined;
  onProgress?: (run: RetentionRun, deleted: number) => void;
}

/**
 * Deletes expired records.
 *
 * - One server at a time runs each tenant and kind. If it dies, another server takes over after a minute, with the same
 *   cutoff.
 * - Rows are deleted in small batches, so that requests do not wait for long. Each batch is counted in its own
 *   transaction, so the count stays exact after a crash.
 * - On PostgreSQL, a month that has expired for all tenants is dropped as a whole.
 * - Rows are archived first if FL_ARCHIVE_DIR is set.
 */
@Injectable()
export class RetentionService {
  readonly runner = `${hostname().slice(0, 20)}:${process.pid}:${randomUUID().slice(0, 8)}`;

  constructor(
    private readonly tables: StoredTables,
    private readonly repository: RetentionRepository,
    private readonly partitions: PartitionsRepository,
    private readonly archive: Archive,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Returns the retention period of each kind, in days. */
  async settings(tenant: TenantContext): Promise<RetentionSetting[]> {
    const own = await this.repository.settings(tenant);
    return RETENTION_KINDS.map((kind) => ({
      kind,
      days: own.get(kind) ?? this.configured(kind),
      own: own.has(kind),
    }));
  }

  /** Changes periods, in days; null restores the configured period. Returns all periods. */
  async change(caller: Principal, changes: Partial<Record<RetentionKind, number | null>>): Promise<RetentionSetting[]> {
    await this.repository.saveSettings(caller, changes, asActor(caller, this.clock.now()));
    return this.settings(caller);
  }

  /** Returns runs, newest first. */
  recent(tenant: TenantContext, limit: number): Promise<RetentionRun[]> {
    return this.repository.recent(tenant, limit);
  }

  /** Counts the rows that a run would delete now, by tenant and kind. */
  async preview({
    days,
    kinds = RETENTION_KINDS,
    tenants,
  }: RunOptions): Promise<{ tenantId: string; kind: RetentionKind; rows: number }[]> {
    const counts = [];
    for (const tenantId of tenants ?? (await this.repository.tenantIds())) {
      for (const kind of kinds) {
        const cutoff = await this.cutoff({ tenantId }, kind, days);
        let rows = 0;
        for (const table of this.tables.retained(kind))
          rows += await this.repository.count({ tenantId }, table, cutoff);
        counts.push({ tenantId, kind, rows });
      }
    }
    return counts;
  }

  /** Whether a tenant has no finished run of this kind since `since` (milliseconds since 1970). */
  async isDue(kind: RetentionKind, since: number): Promise<boolean> {
    for (const tenantId of await this.repository.tenantIds())
      if (!(await this.repository.hasRunSince({ tenantId }, kind, since))) return true;
    return false;
  }

  /** Deletes expired records, except where another server does. @returns the runs that this server finished */
  async run(options: RunOptions = {}): Promise<RetentionRun[]> {
    const finishedRuns: RetentionRun[] = [];
    for (const kind of options.kinds ?? RETENTION_KINDS) finishedRuns.push(...(await this.runKind(kind, options)));
    await this.repository.deleteRunsBefore(this.clock.now() - RUN_HISTORY_MS);
    return finishedRuns;
  }

  private async runKind(kind: RetentionKind, { days, onProgress, tenants }: RunOptions): Promise<RetentionRun[]> {
    const ids = tenants ?? (await this.repository.tenantIds());
    const runs = new Map<string, RetentionRun>();
    for (const tenantId of ids) {
      const now = this.clock.now();
      const cutoff = await this.cutoff({ tenantId }, kind, days);
      const abandoned = now - ABANDONED_MS;
      const start = { kind, cutoff, now, abandoned, runner: this.runner };
      const run = await withRetries(() => this.repository.open({ tenantId }, start));
      if (run) runs.set(tenantId, run);
    }
    const includesAllTenants = tenants === undefined && runs.size === ids.length && runs.size > 0;
    if (includesAllTenants && !this.archive.enabled) await this.dropPartitions(kind, runs);
    const finishedRuns: RetentionRun[] = [];
    for (const run of runs.values()) {
      const tenant = { tenantId: run.tenantId };
      let isOwner = true;
      for (const table of this.tables.retained(kind))
        isOwner = isOwner && (await this.deleteFrom(table, run, onProgress));
      const finish = (): ReturnType<RetentionRepository['finish']> =>
        this.repository.finish(tenant, run.id, this.runner, this.clock.now());
      const finished = isOwner ? await withRetries(finish) : undefined;
      if (finished) finishedRuns.push(finished);
    }
    return finishedRuns;
  }

  private async dropPartitions(kind: RetentionKind, runs: ReadonlyMap<string, RetentionRun>): Promise<void> {
    const cutoff = Math.min(...[...runs.values()].map((run) => run.cutoff));
    for (const table of this.tables.retained(kind))
      for (const name of await this.partitions.expiredPartitions(table, cutoff))
        // If a query is reading the partition, its rows are deleted in batches, and the next run drops the empty month.
        await this.partitions.dropPartition(name, table, runs).catch(ignoreLock);
  }

  /** Returns false if another server has taken over the run. */
  private async deleteFrom(
    table: RetainedTable,
    run: RetentionRun,
    onProgress: RunOptions['onProgress'],
  ): Promise<boolean> {
    const tenant = { tenantId: run.tenantId };
    const limit = BATCH_ROWS[this.config.database.target.type];
    for (let deleted = 0; ;) {
      const ids = await this.repository.expired(tenant, table, run.cutoff, limit);
      if (ids.length === 0) return true;
      if (this.archive.enabled) await this.archive.append(run, await this.repository.rows(tenant, table, ids));
      const count = await withRetries(() =>
        this.repository.deleteRows(tenant, run, table, { ids, now: this.clock.now(), runner: this.runner }),
      );
      if (count === undefined) return false;
      deleted += count;
      onProgress?.(run, deleted);
      if (ids.length < limit) return true;
      await sleep(PAUSE_MS);
    }
  }

  private async cutoff(tenant: TenantContext, kind: RetentionKind, days: number | undefined): Promise<number> {
    const retentionDays = days ?? (await this.repository.settings(tenant)).get(kind) ?? this.configured(kind);
    return this.clock.now() - retentionDays * DAY_MS;
  }

  private configured(kind: RetentionKind): number {
    const {
      retention: {
        days: retentionDays,
        feedbackDays: retentionFeedbackDays,
        metricsDays: retentionMetricsDays,
        predictionsDays: retentionPredictionsDays,
      },
    } = this.config;
    const own = {
      predictions: retentionPredictionsDays,
      feedback: retentionFeedbackDays,
      metrics: retentionMetricsDays,
    };
    return own[kind] ?? retentionDays;
  }
}

/** Repeats `work` after temporary failures: a lock of a few seconds must not end a run that takes an hour. */
async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isTransient(error)) throw error;
      await sleep(PAUSE_MS * attempt);
    }
  }
}

function ignoreLock(error: unknown): undefined {
  if (isRetryable(error)) return undefined;
  throw error;
}
