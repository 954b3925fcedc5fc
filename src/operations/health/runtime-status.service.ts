import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { formatTime, type TenantContext } from '#kernel';
import { Draining, ForwardedHeaders } from '#http';
import { GrowthService, toGrowthResource } from '#growth';
import { DATABASE, type Database, DurabilityService } from '#persistence';
import { RedisConnection } from '#redis';
import { BackgroundJobs, type JobStatus } from '#scheduling';

/** A single failure may be temporary; this many in a row are reported. */
const FAILING_AFTER = 3;

/** Reports the state of what surrounds recording: the process, Redis, proxies, table growth and database replicas. */
@Injectable()
export class RuntimeStatus {
  constructor(
    private readonly draining: Draining,
    private readonly redis: RedisConnection,
    private readonly forwarded: ForwardedHeaders,
    private readonly growth: GrowthService,
    private readonly jobs: BackgroundJobs,
    private readonly durability: DurabilityService,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  get isDraining(): boolean {
    return this.draining.active;
  }

  /** Whether Redis is configured but unavailable. Then each server counts and caches on its own. */
  get isRedisDown(): boolean {
    return this.redis.state === 'down';
  }

  /** Returns the state of each component. The growth of tables is that of `tenant`. */
  report(indicators: HealthIndicatorService, tenant: TenantContext): HealthIndicatorResult {
    const redis = indicators.check('redis');
    const { heapUsed, rss } = process.memoryUsage();
    return {
      ...(this.isRedisDown ? redis.down({ state: 'down' }) : redis.up({ state: this.redis.state })),
      ...indicators.check('process').up({ node: process.version, rss_bytes: rss, heap_used_bytes: heapUsed }),
      ...indicators.check('proxies').up({ untrusted_forwarded_for: this.forwarded.untrusted }),
      ...indicators.check('growth').up({ tables: this.growth.of(tenant).map(toGrowthResource) }),
      ...this.durabilityReport(indicators),
      ...this.replicas(indicators),
      ...this.backgroundJobs(indicators),
    };
  }

  /**
   * Down when acknowledged records can be lost. This does not change the server's state, because another server would
   * have the same database.
   */
  private durabilityReport(indicators: HealthIndicatorService): HealthIndicatorResult {
    const { risks } = this.durability;
    const indicator = indicators.check('durability');
    return risks.length > 0 ? indicator.down({ risks: [...risks] }) : indicator.up({ risks: [] });
  }

  /**
   * Reports replicas. Their failure does not change the server's state, because the primary takes over their queries.
   */
  private replicas(indicators: HealthIndicatorService): HealthIndicatorResult {
    const statuses = this.database.replicas();
    if (statuses.length === 0) return {};
    const replicas = statuses.map(({ lagMs, name, state }) => ({ name, state, lag_ms: lagMs }));
    const indicator = indicators.check('replicas');
    return statuses.some(({ state }) => state === 'up') ? indicator.up({ replicas }) : indicator.down({ replicas });
  }

  /** Down when a job keeps failing: something is left undone, such as deliveries or retention. */
  private backgroundJobs(indicators: HealthIndicatorService): HealthIndicatorResult {
    const statuses = this.jobs.list();
    const indicator = indicators.check('jobs');
    const details = { jobs: statuses.map(toJobReport) };
    return statuses.some(({ consecutiveFailures }) => consecutiveFailures >= FAILING_AFTER)
      ? indicator.down(details)
      : indicator.up(details);
  }
}

function toJobReport({ consecutiveFailures, everySeconds, lastSeconds, lastStartedAt, name }: JobStatus): object {
  return {
    name,
    every_seconds: everySeconds,
    last_started_at: lastStartedAt === null ? null : formatTime(lastStartedAt),
    last_seconds: lastSeconds === null ? null : Math.round(lastSeconds * 1000) / 1000,
    consecutive_failures: consecutiveFailures,
  };
}
