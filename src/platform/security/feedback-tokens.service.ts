import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthenticationError, type Clock, CLOCK, type TenantContext } from '#kernel';
import { Secrets } from '#secrets';
import type { Principal } from './principal.js';

const LIFETIME_MS = 30 * 86_400_000;
const TAG_BYTES = 18;

/**
 * Issues and verifies tokens for voting on one prediction without a key. A token is an HMAC over tenant, prediction and
 * expiry.
 */
@Injectable()
export class FeedbackTokens {
  private readonly keys: Buffer[];

  constructor(
    secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.keys = secrets.keysFor('feedback-token');
  }

  /** Returns `v1.<tenant>.<expiry in seconds since 1970>.<tag>`, valid for 30 days. */
  issue({ tenantId }: TenantContext, predictionId: string): string {
    const expiry = Math.floor((this.clock.now() + LIFETIME_MS) / 1000);
    return `v1.${tenantId}.${expiry}.${this.tag(this.keys[0] as Buffer, tenantId, predictionId, expiry).toString('base64url')}`;
  }

  /**
   * Returns the tenant of a token for `predictionId`.
   * @throws AuthenticationError (401) when the signature is wrong, the token is for another prediction, or it has
   * expired
   */
  verify(token: string, predictionId: string): TenantContext {
    const [version, tenantId, expiryText, tagText, ...rest] = token.split('.');
    const expiry = Number(expiryText);
    const tag = Buffer.from(tagText ?? '', 'base64url');
    const shaped = version === 'v1' && tenantId !== undefined && rest.length === 0 && tag.length === TAG_BYTES;
    // A token has one spelling. Another one that decodes to the same bytes would count as a second rater.
    const canonical = String(expiry) === expiryText && tag.toString('base64url') === tagText;
    const valid =
      shaped &&
      canonical &&
      this.keys.some((key) => timingSafeEqual(tag, this.tag(key, tenantId, predictionId, expiry)));
    if (!valid || expiry * 1000 <= this.clock.now()) {
      throw new AuthenticationError('The feedback token is not valid for this prediction, or has expired.');
    }
    return { tenantId };
  }

  /**
   * Returns the caller, with the tenant of the feedback token if there is one. A handler must not do anything for the
   * caller before this check.
   * @throws AuthenticationError (401) when the token is not valid for `predictionId`
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
