import type { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';
import { hit, type WindowCounts } from './sliding-window.js';
import { type ThrottlerStorageRecord, toRecord } from './throttler-record.js';

/** About 210 bytes each; an address has two, for its minute and its hour. */
const MAX_KEYS = 200_000;

/**
 * Counts hits in this process.
 *
 * - constant cost for each hit, bounded memory: the stock storage keeps a time stamp for every hit and never forgets a key
 * - when there are more keys than it remembers, the least recently seen start anew
 */
export class MemoryThrottleStorage implements ThrottlerStorage {
  private readonly counts = new LRUCache<string, WindowCounts>({ max: MAX_KEYS });

  constructor(private readonly now: () => number = Date.now) {}

  get size(): number {
    return this.counts.size;
  }

  /** `ttl` is the window in milliseconds; times in the answer are seconds, as the interface has them. */
  async increment(key: string, ttl: number, limit: number): Promise<ThrottlerStorageRecord> {
    return this.count(key, ttl, limit);
  }

  /** The same without a promise. */
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
