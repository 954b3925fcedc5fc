import type { ThrottlerStorage } from '@nestjs/throttler';
import type { WindowDecision } from './sliding-window.js';

export type ThrottlerStorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Converts a decision to the record of `@nestjs/throttler`, whose times are in seconds. */
export function toRecord({ allowed, hits, resetMs, retryMs }: WindowDecision): ThrottlerStorageRecord {
  return {
    totalHits: hits,
    timeToExpire: Math.ceil(resetMs / 1000),
    isBlocked: !allowed,
    timeToBlockExpire: Math.ceil(retryMs / 1000),
  };
}
