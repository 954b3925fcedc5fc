import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { ThrottlerStorage } from '@nestjs/throttler';
import { AppError } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Metrics } from '#observability';
import type { Principal } from '../principal.js';

export interface RateLimit {
  name: 'minute' | 'hour';
  /** Name in the headers, where it must be unique. Default: `name`. */
  policy?: string;
  limit: number;
  windowMs: number;
}

/** The state of a limit after a request was counted. */
export interface LimitState extends RateLimit {
  remaining: number;
  resetSeconds: number;
  /** Seconds until another request would be allowed; 0 if this one was. */
  retrySeconds: number;
}

/** Status 429, with the states of the limits for the response headers. */
export class RateLimitError extends AppError {
  constructor(readonly states: readonly LimitState[]) {
    const retry = Math.max(1, ...states.map(({ retrySeconds }) => retrySeconds));
    super({
      code: 'rate_limited',
      status: 429,
      title: 'Too many requests',
      detail: 'Too many requests: wait for the time in Retry-After.',
      retryable: true,
      retryAfterSeconds: retry,
    });
  }
}

const MINUTE = 60_000;
const HOUR = 3_600_000;

/**
 * Counts requests against their limits.
 *
 * - requests with a key count for the key, whatever their address; requests without a key and failed authentications
 *   count for the IP address
 * - requests with a publishable key also count for the IP address, because everyone can read the key in a page
 */
@Injectable()
export class RateLimiter {
  private readonly anonymous: RateLimit[];
  private readonly refused;

  constructor(
    @Inject(ThrottlerStorage) private readonly storage: ThrottlerStorage,
    private readonly config: FeedbackLoopConfig,
    metrics: Metrics,
  ) {
    this.anonymous = [
      { name: 'minute', limit: config.limits.perMinute, windowMs: MINUTE },
      { name: 'hour', limit: config.limits.perHour, windowMs: HOUR },
    ];
    this.refused = metrics.counter('rate_limited_total', 'Requests refused with 429.', ['by']);
  }

  /**
   * Counts a request. Returns the states of its limits; empty if limits are disabled.
   * @throws RateLimitError (429)
   */
  async take(caller: Principal, ip: string): Promise<LimitState[]> {
    if (!this.config.limits.enabled) return [];
    if (caller.keyId === null) return this.count('ip', addressOf(ip), this.anonymous);
    const limit = caller.rateLimitPerMinute ?? this.config.limits.keyPerMinute;
    const states = await this.count('key', caller.keyId, [{ name: 'minute', limit, windowMs: MINUTE }]);
    if (!caller.publishable) return states;
    const ofAddress = this.anonymous.map((each) => ({ ...each, policy: `address-${each.name}` }));
    return [...states, ...(await this.count('ip', addressOf(ip), ofAddress))];
  }

  /** Counts a request from `ip` that failed authentication. @throws RateLimitError (429) */
  async takeFailure(ip: string): Promise<LimitState[]> {
    if (!this.config.limits.enabled) return [];
    return this.count('ip', addressOf(ip), this.anonymous);
  }

  /** Counts an anonymous feedback submission from `ip`. @throws RateLimitError (429) */
  async takeFeedback(ip: string): Promise<LimitState[]> {
    if (!this.config.limits.enabled) return [];
    const limit: RateLimit = { name: 'hour', limit: this.config.limits.feedbackPerHour, windowMs: HOUR };
    return this.count('feedback', addressOf(ip), [limit]);
  }

  private async count(by: 'ip' | 'key' | 'feedback', id: string, limits: readonly RateLimit[]): Promise<LimitState[]> {
    const states: LimitState[] = [];
    for (const each of limits) {
      const record = await this.storage.increment(`${by}:${id}`, each.windowMs, each.limit, 0, each.name);
      states.push({
        ...each,
        remaining: Math.max(0, each.limit - record.totalHits),
        resetSeconds: record.timeToExpire,
        retrySeconds: record.isBlocked ? Math.max(1, record.timeToBlockExpire) : 0,
      });
      if (!record.isBlocked) continue;
      this.refused.inc({ by });
      throw new RateLimitError(states);
    }
    return states;
  }
}

/**
 * Returns the address that limits count by. An IPv6 address is reduced to its /64 network, because a single customer
 * has all of it; an IPv4 address in IPv6 notation becomes IPv4.
 */
export function addressOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(ip)) return ip;
  const [head = '', tail] = (ip.split('%')[0] as string).toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const policyOf = ({ name, policy }: RateLimit): string => policy ?? name;

/** Returns `RateLimit` and `RateLimit-Policy` (IETF draft), and `X-RateLimit-*` for the limit that is nearest. */
export function limitHeaders(states: readonly LimitState[]): Record<string, string> {
  const [nearest] = [...states].sort((a, b) => a.remaining / a.limit - b.remaining / b.limit);
  if (!nearest) return {};
  return {
    ratelimit: states.map((each) => `"${policyOf(each)}";r=${each.remaining};t=${each.resetSeconds}`).join(', '),
    'ratelimit-policy': states
      .map((each) => `"${policyOf(each)}";q=${each.limit};w=${each.windowMs / 1000}`)
      .join(', '),
    'x-ratelimit-limit': String(nearest.limit),
    'x-ratelimit-remaining': String(nearest.remaining),
    'x-ratelimit-reset': String(nearest.resetSeconds),
  };
}
