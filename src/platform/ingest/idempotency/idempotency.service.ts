import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Clock, CLOCK, type TenantContext, ValidationError } from '#kernel';
import { FieldCipher, Secrets } from '#secrets';
import type { Durability } from '../commit/durability.js';
import type { Answer, RecordedAnswer, RepeatableRequest } from '../commit/record-plan.js';
import {
  AlreadyAnsweredError,
  AnswerUnreadableError,
  IdempotencyKeyInUseError,
  IdempotencyKeyReusedError,
} from '../errors.js';
import { type Claim, placeOfAnswer } from './claim.js';

/** A request that carries an `Idempotency-Key`. */
interface KeyedRequest extends RepeatableRequest {
  tenant: TenantContext;
  key: string;
}

/** Creates the claim of a request from the ids of its records and its possible responses. */
type ClaimOf<T> = (recordIds: readonly string[], answerOf: (persisted: Durability) => Answer<T>) => Claim;

const KEY_SHAPE = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;
const RECENT_BYTES = 8 * 2 ** 20;

interface Recent {
  requestHash: string;
  answer: Answer<unknown>;
}

/**
 * Returns the first response again when a request is repeated.
 *
 * - the key is stored in the transaction of the records: both are stored, or neither
 * - a response without records (4xx, 5xx, `persisted: "none"`) is not kept, so that the request may be sent again
 * - recent responses are in memory, so that a retry during an outage of the database gets the same response
 */
@Injectable()
export class IdempotencyService {
  private readonly inFlight = new Set<string>();
  private readonly recent = new LRUCache<string, Recent>({
    maxSize: RECENT_BYTES,
    sizeCalculation: ({ answer }) => JSON.stringify(answer).length * 2 + 300,
  });
  private readonly hashKey: Buffer;

  constructor(
    secrets: Secrets,
    private readonly cipher: FieldCipher,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.hashKey = secrets.keyFor('idempotency');
  }

  /**
   * Returns the response of `work`, or the earlier response to the same request.
   * @throws ValidationError (422) for an invalid key, IdempotencyKeyInUseError (409), IdempotencyKeyReusedError (422),
   * AnswerUnreadableError (503), and the errors of `work`
   */
  async once<T>(request: KeyedRequest, work: (claimOf: ClaimOf<T>) => Promise<Answer<T>>): Promise<RecordedAnswer<T>> {
    if (!KEY_SHAPE.test(request.key))
      throw new ValidationError([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }]);
    const { tenantId } = request.tenant;
    const keyHash = this.hash(tenantId, 'key', request.key);
    const requestHash = this.hash(tenantId, request.operation, JSON.stringify(request.body ?? null));
    if (this.inFlight.has(keyHash)) throw new IdempotencyKeyInUseError();
    const known = this.recent.get(keyHash);
    if (known) {
      if (known.requestHash !== requestHash) throw new IdempotencyKeyReusedError();
      return { ...(known.answer as Answer<T>), replayed: true };
    }
    this.inFlight.add(keyHash);
    try {
      let claimed = false;
      const answer = await work((recordIds, answerOf) => {
        claimed = true;
        return this.claim(request.tenant, keyHash, requestHash, recordIds, answerOf);
      });
      const recorded = claimed && answer.status < 300 && !wasNotRecorded(answer.body);
      if (recorded) this.recent.set(keyHash, { requestHash, answer });
      return { ...answer, replayed: false };
    } catch (error) {
      if (!(error instanceof AlreadyAnsweredError)) throw error;
      const answer = this.open(request.tenant, keyHash, error.sealedAnswer) as Answer<T>;
      this.recent.set(keyHash, { requestHash, answer });
      return { ...answer, replayed: true };
    } finally {
      this.inFlight.delete(keyHash);
    }
  }

  private claim(
    tenant: TenantContext,
    keyHash: string,
    requestHash: string,
    recordIds: readonly string[],
    answerOf: (persisted: Durability) => Answer<unknown>,
  ): Claim {
    const seal = (persisted: Durability): string =>
      this.cipher.seal(tenant, placeOfAnswer(keyHash), JSON.stringify(answerOf(persisted)));
    return {
      tenantId: tenant.tenantId,
      keyHash,
      requestHash,
      recordIds,
      createdAt: this.clock.now(),
      answers: { database: seal('database'), spool: seal('spool') },
    };
  }

  private open(tenant: TenantContext, keyHash: string, sealed: string): Answer<unknown> {
    try {
      return JSON.parse(this.cipher.open(tenant, placeOfAnswer(keyHash), sealed)) as Answer<unknown>;
    } catch (error) {
      throw new AnswerUnreadableError(error);
    }
  }

  private hash(...parts: string[]): string {
    const hmac = createHmac('sha256', this.hashKey);
    for (const part of parts) hmac.update(part).update('\n');
    return hmac.digest('base64url');
  }
}

function wasNotRecorded(body: unknown): boolean {
  return (body as { persisted?: unknown } | null)?.persisted === 'none';
}
