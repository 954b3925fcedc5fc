import { IntegerColumn, PortableEntity, StringColumn, TextColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** A user account of a person who views, reviews or administers. */
@PortableEntity('users', [
  { name: 'uq_users_email', columns: ['tenantId', 'email'], unique: true },
  { name: 'idx_users_tenant', columns: ['tenantId', 'createdAt', 'id'] },
])
export class UserEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  /** In lower case. */
  @StringColumn(254) email!: string;
  @StringColumn(200) name!: string;
  @StringColumn(16) role!: string;
  /** `scrypt$N$r$p$salt$hash`; null until the invitation is accepted. */
  @TextColumn({ nullable: true }) passwordHash!: string | null;
  @TimeColumn() createdAt!: number;
  @StringColumn(64) createdBy!: string;
  @TimeColumn({ nullable: true }) disabledAt!: number | null;
  @TimeColumn({ nullable: true }) lastLoginAt!: number | null;
  /** Number of the current version, for `If-Match`. */
  @IntegerColumn() version!: number;
}
