import type { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';
import { hit, type WindowCounts } from './sliding-window.js';
import { type ThrottlerStorageRecord, toRecord } from './throttler-record.js';

/** An entry takes about 210 bytes. An address has two: one for its minute and one for its hour. */
const MAX_KEYS = 200_000;

/**
 * Counts hits in this process.
 *
 * - constant cost for each hit and bounded memory: the storage of `@nestjs/throttler` keeps a timestamp for every hit
 *   and never forgets a key
 * - when there are too many keys, the counts of the least recently seen keys start again at 0
 */
export class MemoryThrottleStorage implements ThrottlerStorage {
  private readonly counts = new LRUCache<string, WindowCounts>({ max: MAX_KEYS });

  constructor(private readonly now: () => number = Date.now) {}

  get size(): number {
    return this.counts.size;
  }

  /** Counts a hit in a window of `ttl` milliseconds. The returned times are in seconds, as the interface requires. */
  async increment(key: string, ttl: number, limit: number): Promise<ThrottlerStorageRecord> {
    return this.count(key, ttl, limit);
  }

  /** Does the same synchronously. */
  count(key: string, ttl: number, limit: number): ThrottlerStorageRecord {
    const name = `${ttl} ${key}`;
    let counts = this.counts.get(name);
    if (!counts) {
      counts = { window: 0, current: 0, previous: 0 };
      this.counts.set(name, counts);
    }
    return toRecord(hit(counts, limit, ttl, this.now()));
  }
}
