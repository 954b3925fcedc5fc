import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Clock } from '#kernel';
import type { RedisConnection } from '#redis';
import { MemoryThrottleStorage } from './memory-throttle-storage.js';
import { decide } from './sliding-window.js';
import { type ThrottlerStorageRecord, toRecord } from './throttler-record.js';

/** The algorithm of `sliding-window.ts` as one atomic step on the clock of Redis, so that replicas agree. */
const HIT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, window_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local window = math.floor(now / window_ms)
local stored = redis.call('HMGET', KEYS[1], 'window', 'current', 'previous')
local current, previous = tonumber(stored[2]) or 0, tonumber(stored[3]) or 0
if tonumber(stored[1]) ~= window then
  if tonumber(stored[1]) == window - 1 then previous = current else previous = 0 end
  current = 0
end
local into = now - window * window_ms
local allowed = 0
if previous * (1 - into / window_ms) + current + 1 <= limit then
  allowed = 1
  current = current + 1
end
redis.call('HSET', KEYS[1], 'window', window, 'current', current, 'previous', previous)
redis.call('PEXPIRE', KEYS[1], window_ms * 2)
return {allowed, current, previous, into}
`;

/**
 * Counts hits of all replicas together. While Redis is unavailable, each replica counts separately with the same
 * limits, so that an outage never removes a limit.
 */
export class RedisThrottleStorage implements ThrottlerStorage {
  private readonly local: MemoryThrottleStorage;

  constructor(
    private readonly redis: RedisConnection,
    clock: Clock,
  ) {
    this.local = new MemoryThrottleStorage(() => clock.now());
  }

  async increment(key: string, ttl: number, limit: number): Promise<ThrottlerStorageRecord> {
    if (this.redis.state !== 'up') return this.local.count(key, ttl, limit);
    try {
      const [allowed, current, previous, into] = await this.redis.run(
        (client) =>
          client.eval(HIT, 1, `fl:limit:${ttl}:${key}`, limit, ttl) as Promise<[number, number, number, number]>,
      );
      return toRecord(decide({ window: 0, current, previous }, limit, ttl, into, allowed === 1));
    } catch {
      return this.local.count(key, ttl, limit);
    }
  }
}
