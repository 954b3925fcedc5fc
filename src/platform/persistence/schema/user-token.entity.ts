import { PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';
import { UserEntity } from './user.entity.js';

/** Lets its owner choose a password once: an invitation or a reset. Only an HMAC is stored. */
@PortableEntity(
  'user_tokens',
  [
    { name: 'idx_user_tokens_user', columns: ['userId'] },
    { name: 'idx_user_tokens_expires', columns: ['expiresAt'] },
  ],
  [{ name: 'fk_user_tokens_user', target: UserEntity, columns: ['userId'], references: ['id'] }],
)
export class UserTokenEntity {
  @StringColumn(64, { primary: true }) tokenHash!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() userId!: string;
  @TimeColumn() createdAt!: number;
  @TimeColumn() expiresAt!: number;
}
