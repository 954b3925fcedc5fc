import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthenticationError, type Clock, CLOCK, type TenantContext } from '#kernel';
import { Secrets } from '#secrets';
import type { Principal } from './principal.js';

const LIFETIME_MS = 30 * 86_400_000;
const TAG_BYTES = 18;

/** Lets whoever saw a prediction say what they think of it, without a key: an HMAC over tenant, prediction and expiry. */
@Injectable()
export class FeedbackTokens {
  private readonly keys: Buffer[];

  constructor(
    secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.keys = secrets.keysFor('feedback-token');
  }

  /** `v1.<tenant>.<expiry in seconds>.<tag>` */
  issue({ tenantId }: TenantContext, predictionId: string): string {
    const expiry = Math.floor((this.clock.now() + LIFETIME_MS) / 1000);
    return `v1.${tenantId}.${expiry}.${this.tag(this.keys[0] as Buffer, tenantId, predictionId, expiry).toString('base64url')}`;
  }

  /**
   * The tenant of a good token for `predictionId`.
   * @throws AuthenticationError when it was not made here, is for another prediction, or is over.
   */
  verify(token: string, predictionId: string): TenantContext {
    const [version, tenantId, expiryText, tagText, ...rest] = token.split('.');
    const expiry = Number(expiryText);
    const tag = Buffer.from(tagText ?? '', 'base64url');
    const shaped = version === 'v1' && tenantId !== undefined && rest.length === 0 && tag.length === TAG_BYTES;
    // One token has one spelling: another that decodes to the same bytes would be another rater.
    const canonical = String(expiry) === expiryText && tag.toString('base64url') === tagText;
    const good =
      shaped &&
      canonical &&
      this.keys.some((key) => timingSafeEqual(tag, this.tag(key, tenantId, predictionId, expiry)));
    if (!good || expiry * 1000 <= this.clock.now()) {
      throw new AuthenticationError('The feedback token is not valid for this prediction, or is over.');
    }
    return { tenantId };
  }

  /**
   * The caller, of the tenant that the token is for, if it came with one. Nothing may be done for a caller before this.
   * @throws AuthenticationError when the token is not good for `predictionId`
   */
  prove(caller: Principal, predictionId: string | null): Principal {
    const { feedbackToken } = caller;
    if (feedbackToken === undefined) return caller;
    return { ...caller, tenantId: this.verify(feedbackToken, predictionId ?? '').tenantId };
  }

  private tag(key: Buffer, tenantId: string, predictionId: string, expiry: number): Buffer {
    return createHmac('sha256', key).update(`${tenantId}\n${predictionId}\n${expiry}`).digest().subarray(0, TAG_BYTES);
  }
}
