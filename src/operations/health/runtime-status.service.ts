import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { TenantContext } from '#kernel';
import { Draining, ForwardedHeaders } from '#http';
import { DATABASE, type Database, GrowthService, toGrowthResource } from '#persistence';
import { RedisConnection } from '#redis';

/** Reports the state of what surrounds recording: the process, Redis, proxies, table growth and database replicas. */
@Injectable()
export class RuntimeStatus {
  constructor(
    private readonly draining: Draining,
    private readonly redis: RedisConnection,
    private readonly forwarded: ForwardedHeaders,
    private readonly growth: GrowthService,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  get isDraining(): boolean {
    return this.draining.active;
  }

  /** Whether Redis is configured but unavailable. Then each server counts and caches on its own. */
  get isRedisDown(): boolean {
    return this.redis.state === 'down';
  }

  /** Number of metric events of all tenants. */
  get metricEvents(): number {
    return this.growth.total('metric_events');
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
      ...this.replicas(indicators),
    };
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
}
