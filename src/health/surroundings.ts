import { Injectable } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Draining, ForwardedHeaders } from '../http/index.js';
import { RedisConnection } from '../redis/index.js';

/** What is around the recording itself: the process, Redis, the proxies in front. */
@Injectable()
export class Surroundings {
  constructor(
    private readonly draining: Draining,
    private readonly redis: RedisConnection,
    private readonly forwarded: ForwardedHeaders,
  ) {}

  get isDraining(): boolean {
    return this.draining.active;
  }

  /** Configured, and not there: every server counts and caches for itself then. */
  get isRedisAway(): boolean {
    return this.redis.state === 'down';
  }

  report(indicators: HealthIndicatorService): HealthIndicatorResult {
    const redis = indicators.check('redis');
    const { heapUsed, rss } = process.memoryUsage();
    return {
      ...(this.isRedisAway ? redis.down({ state: 'down' }) : redis.up({ state: this.redis.state })),
      ...indicators.check('process').up({ node: process.version, rss_bytes: rss, heap_used_bytes: heapUsed }),
      ...indicators.check('proxies').up({ untrusted_forwarded_for: this.forwarded.untrusted }),
    };
  }
}
