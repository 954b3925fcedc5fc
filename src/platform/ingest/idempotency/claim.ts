import type { Durability } from '../commit/durability.js';

/** A use of an `Idempotency-Key`, committed with the records it stands for. */
export interface Claim {
  tenantId: string;
  /** HMAC of tenant and key. */
  keyHash: string;
  /** HMAC of tenant, route and body. */
  requestHash: string;
  /** Ids of the records, in the order of the request. */
  recordIds: readonly string[];
  /** Milliseconds since 1970. */
  createdAt: number;
  /** What is answered when the records go there: sealed. */
  answers: Readonly<Record<Durability, string>>;
}
