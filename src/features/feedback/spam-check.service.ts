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
/** Jaccard similarity of the word triples from which two texts count as the same. */
const SAME = 0.8;

/** Why a submission is doubtful; null when it is not. */
export interface SpamAssessment {
  reason: QuarantineReason | null;
  /** For those that come after it. */
  remember(): void;
}

interface Remembered {
  at: number;
  shingles: ReadonlySet<string>;
}

/**
 * Tells what a person hardly sent. Nothing is dropped: a doubtful submission waits in quarantine for the administrator.
 *
 * Only for senders without a secret key. Earlier texts of a sender are remembered in memory for an hour, as hashed word triples
 * (w-shingling, Broder 1997), on each server for itself.
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

  /** `sender` is an address: it is kept as a hash alone. Whoever keeps the submission calls `remember`. */
  judge(tenant: TenantContext, sender: string, { description, elapsedMs, honeypot }: SubmissionInput): SpamAssessment {
    const now = this.clock.now();
    const who = createHmac('sha256', this.key).update(`${tenant.tenantId}\n${sender}`).digest('base64url');
    const shingles = this.shingles(description);
    const recent = (): Remembered[] => (this.recent.get(who) ?? []).filter(({ at }) => now - at < WINDOW_MS);
    const repeats = recent().some((each) => similarity(each.shingles, shingles) >= SAME);
    const tooFast = elapsedMs !== null && elapsedMs < this.config.feedback.minFillMs;
    const isFilledIn = honeypot !== null && honeypot !== '';
    return {
      reason: isFilledIn ? 'honeypot' : tooFast ? 'too_fast' : repeats ? 'near_duplicate' : null,
      remember: () => void this.recent.set(who, [...recent(), { at: now, shingles }].slice(-MAX_REMEMBERED)),
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
