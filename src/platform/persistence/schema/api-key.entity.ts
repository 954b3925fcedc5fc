import {
  BooleanColumn,
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

/** A key is looked up by its public part; of the secret only the SHA-256 is kept (it has 190 bits of randomness). */
@PortableEntity('api_keys', [
  { name: 'uq_api_keys_public_id', columns: ['publicId'], unique: true },
  { name: 'idx_api_keys_tenant', columns: ['tenantId', 'createdAt', 'id'] },
])
export class ApiKeyEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(16) publicId!: string;
  @StringColumn(64) secretSha256!: string;
  @StringColumn(200) name!: string;
  @JsonColumn() scopes!: string[];
  @TimeColumn() createdAt!: number;
  @TimeColumn({ nullable: true }) expiresAt!: number | null;
  @TimeColumn({ nullable: true }) revokedAt!: number | null;
  @TimeColumn({ nullable: true }) lastUsedAt!: number | null;
  /** For pages that anybody reads: may only submit feedback and votes, from its origins. */
  @BooleanColumn({ nullable: true }) publishable!: boolean | null;
  @JsonColumn({ nullable: true }) allowedOrigins!: string[] | null;
  /** Instead of FL_KEY_RATE_LIMIT_PER_MINUTE. */
  @IntegerColumn({ nullable: true }) rateLimitPerMinute!: number | null;
  /** Id of the key that made it, or `cli`. */
  @StringColumn(64, { nullable: true }) createdBy!: string | null;
}
