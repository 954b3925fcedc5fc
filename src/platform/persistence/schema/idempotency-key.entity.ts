import { JsonColumn, PortableEntity, StringColumn, TextColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** An `Idempotency-Key` that was used, claimed in the transaction of the records it stands for. */
@PortableEntity('idempotency_keys', [
  { name: 'idx_idempotency_keys_created', columns: ['createdAt'] },
  // On PostgreSQL alone: GIN.
  { name: 'idx_idempotency_keys_records', columns: ['recordIds'], synchronize: false },
])
export class IdempotencyKeyEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  /** HMAC of tenant and key. */
  @StringColumn(64, { primary: true }) keyHash!: string;
  /** HMAC of tenant, route and body: the same key with another request is refused. */
  @StringColumn(64) requestHash!: string;
  /** Ids of the records, in the order of the request. */
  @JsonColumn() recordIds!: string[];
  /** What was answered, encrypted. */
  @TextColumn() answer!: string;
  @TimeColumn() createdAt!: number;
}
