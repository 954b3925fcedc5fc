import {
  BooleanColumn,
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

/** A key is looked up by its public part. Only a SHA-256 of its secret is stored, which suffices for 190 random bits. */
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
  /** A key that pages may embed: it may only submit feedback and votes, and only from its origins. */
  @BooleanColumn({ nullable: true }) publishable!: boolean | null;
  @JsonColumn({ nullable: true }) allowedOrigins!: string[] | null;
  /** Overrides FL_KEY_RATE_LIMIT_PER_MINUTE. */
  @IntegerColumn({ nullable: true }) rateLimitPerMinute!: number | null;
  /** Id of the key that created this one, or `cli`. */
  @StringColumn(64, { nullable: true }) createdBy!: string | null;
}
