import { Injectable } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { formatTime, type TenantContext } from '#kernel';
import { Draining, ForwardedHeaders } from '#http';
import { GrowthService, toGrowthResource } from '#growth';
import { RedisConnection } from '#redis';
import { BackgroundJobs, type JobStatus } from '#scheduling';
import { DatabaseReport } from './database-report.service.js';

/** A single failure may be temporary; this many in a row are reported. */
const FAILING_AFTER = 3;

/** Reports the state of what surrounds recording: the process, Redis, proxies, table growth and the database. */
@Injectable()
export class RuntimeStatus {
  constructor(
    private readonly draining: Draining,
    private readonly redis: RedisConnection,
    private readonly forwarded: ForwardedHeaders,
    private readonly growth: GrowthService,
    private readonly jobs: BackgroundJobs,
    private readonly database: DatabaseReport,
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
      ...this.database.report(indicators),
      ...this.backgroundJobs(indicators),
    };
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
