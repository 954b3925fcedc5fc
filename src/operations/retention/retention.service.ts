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

const ABANDONED_MS = 60_000;
/** On SQLite nobody else writes meanwhile. */
const BATCH_ROWS = { sqlite: 200, postgresql: 1000 };
const PAUSE_MS = 50;
const MAX_ATTEMPTS = 10;
/** Runs are shown for this long. */
const REMEMBERED_MS = 400 * DAY_MS;

export interface RunOptions {
  kinds?: readonly RetentionKind[] | undefined;
  /** Instead of the tenant's own and the configured ones. */
  days?: number | undefined;
  tenants?: readonly string[] | undefined;
  onProgress?: (run: RetentionRun, deleted: number) => void;
}

/**
 * Deletes what is past its time.
 *
 * - for a tenant and kind one server at a time; one that dies is followed by another after a minute, with the same cutoff
 * - in small batches beside the traffic, each counted in its own transaction: the count is exact whatever happens
 * - on PostgreSQL months that are past everybody's time are dropped whole
 * - archived before, when FL_ARCHIVE_DIR is set
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

  /** Days by kind. */
  async settings(tenant: TenantContext): Promise<RetentionSetting[]> {
    const own = await this.repository.settings(tenant);
    return RETENTION_KINDS.map((kind) => ({
      kind,
      days: own.get(kind) ?? this.configured(kind),
      own: own.has(kind),
    }));
  }

  async change(caller: Principal, wanted: Partial<Record<RetentionKind, number | null>>): Promise<RetentionSetting[]> {
    await this.repository.saveSettings(caller, wanted, asActor(caller, this.clock.now()));
    return this.settings(caller);
  }

  /** Newest first. */
  recent(tenant: TenantContext, limit: number): Promise<RetentionRun[]> {
    return this.repository.recent(tenant, limit);
  }

  /** Rows that a run would delete now, by tenant and kind. */
  async preview({
    days,
    kinds = RETENTION_KINDS,
    tenants,
  }: RunOptions): Promise<{ tenantId: string; kind: RetentionKind; rows: number }[]> {
    const found = [];
    for (const tenantId of tenants ?? (await this.repository.tenantIds())) {
      for (const kind of kinds) {
        const cutoff = await this.cutoff({ tenantId }, kind, days);
        let rows = 0;
        for (const table of this.tables.retained(kind))
          rows += await this.repository.count({ tenantId }, table, cutoff);
        found.push({ tenantId, kind, rows });
      }
    }
    return found;
  }

  /** Whether a kind has not been cleaned since `since`, for some tenant. */
  async isDue(kind: RetentionKind, since: number): Promise<boolean> {
    for (const tenantId of await this.repository.tenantIds())
      if (!(await this.repository.hasRunSince({ tenantId }, kind, since))) return true;
    return false;
  }

  /** Answers the runs that ended here; those that another server works on are left to it. */
  async run(options: RunOptions = {}): Promise<RetentionRun[]> {
    const done: RetentionRun[] = [];
    for (const kind of options.kinds ?? RETENTION_KINDS) done.push(...(await this.runKind(kind, options)));
    await this.repository.forgetRuns(this.clock.now() - REMEMBERED_MS);
    return done;
  }

  private async runKind(kind: RetentionKind, { days, onProgress, tenants }: RunOptions): Promise<RetentionRun[]> {
    const ids = tenants ?? (await this.repository.tenantIds());
    const runs = new Map<string, RetentionRun>();
    for (const tenantId of ids) {
      const now = this.clock.now();
      const cutoff = await this.cutoff({ tenantId }, kind, days);
      const abandoned = now - ABANDONED_MS;
      const start = { kind, cutoff, now, abandoned, runner: this.runner };
      const run = await patiently(() => this.repository.open({ tenantId }, start));
      if (run) runs.set(tenantId, run);
    }
    const everybody = tenants === undefined && runs.size === ids.length && runs.size > 0;
    if (everybody && !this.archive.enabled) await this.dropPartitions(kind, runs);
    const done: RetentionRun[] = [];
    for (const run of runs.values()) {
      const tenant = { tenantId: run.tenantId };
      let kept = true;
      for (const table of this.tables.retained(kind)) kept = kept && (await this.deleteFrom(table, run, onProgress));
      const finish = (): ReturnType<RetentionRepository['finish']> =>
        this.repository.finish(tenant, run.id, this.runner, this.clock.now());
      const finished = kept ? await patiently(finish) : undefined;
      if (finished) done.push(finished);
    }
    return done;
  }

  private async dropPartitions(kind: RetentionKind, runs: ReadonlyMap<string, RetentionRun>): Promise<void> {
    const cutoff = Math.min(...[...runs.values()].map((run) => run.cutoff));
    for (const table of this.tables.retained(kind))
      for (const name of await this.partitions.expiredPartitions(table, cutoff))
        // Somebody reads it at this moment: its rows are deleted one by one, and the empty month goes next time.
        await this.partitions.dropPartition(name, table, runs).catch(ignoreLock);
  }

  /** Answers false when another server has taken the run over. */
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
      const count = await patiently(() =>
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
    const own = days ?? (await this.repository.settings(tenant)).get(kind) ?? this.configured(kind);
    return this.clock.now() - own * DAY_MS;
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

/** Whoever deletes for an hour must not give up because somebody else held the file for a few seconds. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
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
