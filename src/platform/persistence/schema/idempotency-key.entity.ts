import { JsonColumn, PortableEntity, StringColumn, TextColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** A used `Idempotency-Key`, claimed in the transaction of its records. */
@PortableEntity('idempotency_keys', [
  { name: 'idx_idempotency_keys_created', columns: ['createdAt'] },
  // A GIN index that exists on PostgreSQL only.
  { name: 'idx_idempotency_keys_records', columns: ['recordIds'], synchronize: false },
])
export class IdempotencyKeyEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  /** HMAC of tenant and key. */
  @StringColumn(64, { primary: true }) keyHash!: string;
  /** HMAC of tenant, route and body. The same key with another request is refused. */
  @StringColumn(64) requestHash!: string;
  /** Ids of the records, in the order of the request. */
  @JsonColumn() recordIds!: string[];
  /** The response, encrypted. */
  @TextColumn() answer!: string;
  @TimeColumn() createdAt!: number;
}
