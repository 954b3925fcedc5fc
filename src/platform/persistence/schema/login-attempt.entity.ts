import { IntegerColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** Failed sign-ins with an e-mail address, whether it has an account or not: the response must not reveal that. */
@PortableEntity('login_attempts', [{ name: 'idx_login_attempts_last', columns: ['lastAt'] }])
export class LoginAttemptEntity {
  /** HMAC of tenant and address. */
  @StringColumn(64, { primary: true }) accountHash!: string;
  @UuidColumn() tenantId!: string;
  @IntegerColumn() failures!: number;
  @TimeColumn() lastAt!: number;
  @TimeColumn({ nullable: true }) lockedUntil!: number | null;
}
