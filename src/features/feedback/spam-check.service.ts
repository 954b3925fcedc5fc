import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Clock, CLOCK, type TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Secrets } from '#secrets';
import { searchWords } from './search-words.js';
import type { SubmissionInput } from './submission.js';

export type QuarantineReason = 'honeypot' | 'too_fast' | 'near_duplicate';

const WINDOW_MS = 3_600_000;
const MAX_SENDERS = 20_000;
const MAX_REMEMBERED = 20;
const SHINGLE_WORDS = 3;
const MAX_SHINGLES = 200;
/** Minimum Jaccard similarity of the word triples of two texts that count as duplicates. */
const MIN_SIMILARITY = 0.8;

export interface SpamAssessment {
  /** Why the submission goes into quarantine; null if it does not. */
  reason: QuarantineReason | null;
  /** Remembers the text, so that later duplicates are found. */
  remember(): void;
}

interface Remembered {
  at: number;
  shingles: ReadonlySet<string>;
}

/**
 * Detects submissions that were probably not sent by a person.
 *
 * - No submission is dropped: suspected spam waits in quarantine for an administrator.
 * - Only submissions of senders without a secret key are checked.
 * - Each server remembers the recent texts of a sender for one hour in memory, as hashed word triples (w-shingling,
 *   Broder 1997).
 */
@Injectable()
export class SpamCheck {
  private readonly recent = new LRUCache<string, Remembered[]>({ max: MAX_SENDERS, ttl: WINDOW_MS });
  private readonly key: Buffer;

  constructor(
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    secrets: Secrets,
  ) {
    this.key = secrets.keyFor('spam-check');
  }

  /**
   * Assesses a submission. `sender` is an IP address, of which only a hash is kept. Call `remember` once the submission
   * is recorded.
   */
  assess(tenant: TenantContext, sender: string, { description, elapsedMs, honeypot }: SubmissionInput): SpamAssessment {
    const now = this.clock.now();
    const senderHash = createHmac('sha256', this.key).update(`${tenant.tenantId}\n${sender}`).digest('base64url');
    const shingles = this.shingles(description);
    const recent = (): Remembered[] => (this.recent.get(senderHash) ?? []).filter(({ at }) => now - at < WINDOW_MS);
    const repeats = recent().some((each) => similarity(each.shingles, shingles) >= MIN_SIMILARITY);
    const tooFast = elapsedMs !== null && elapsedMs < this.config.feedback.minFillMs;
    const isFilledIn = honeypot !== null && honeypot !== '';
    return {
      reason: isFilledIn ? 'honeypot' : tooFast ? 'too_fast' : repeats ? 'near_duplicate' : null,
      remember: () => void this.recent.set(senderHash, [...recent(), { at: now, shingles }].slice(-MAX_REMEMBERED)),
    };
  }

  private shingles(text: string): Set<string> {
    const words = searchWords(text);
    const found = new Set<string>();
    for (let i = 0; i < Math.max(1, words.length - SHINGLE_WORDS + 1) && found.size < MAX_SHINGLES; i++) {
      const triple = words.slice(i, i + SHINGLE_WORDS).join(' ');
      found.add(createHmac('sha256', this.key).update(triple).digest('base64url').slice(0, 12));
    }
    return found;
  }
}

function similarity(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0;
  for (const each of one) if (other.has(each)) common += 1;
  return common / (one.size + other.size - common);
}
