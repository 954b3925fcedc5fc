import type { FieldPlace } from '#secrets';
import type { Durability } from '../commit/durability.js';

/** A use of an `Idempotency-Key`, committed together with the records of its request. */
export interface Claim {
  tenantId: string;
  /** HMAC of tenant and key. */
  keyHash: string;
  /** HMAC of tenant, operation and body. */
  requestHash: string;
  /** Ids of the records, in the order of the request. */
  recordIds: readonly string[];
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Sealed responses, by the place where the records are stored. */
  answers: Readonly<Record<Durability, string>>;
}

/** Returns the place that the sealed response to a key is bound to. */
export function placeOfAnswer(keyHash: string): FieldPlace {
  return { table: 'idempotency_keys', column: 'answer', id: keyHash };
}
