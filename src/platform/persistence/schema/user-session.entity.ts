import { PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';
import { UserEntity } from './user.entity.js';

/** A signed-in browser. Only an HMAC of its token is stored. */
@PortableEntity(
  'user_sessions',
  [
    { name: 'idx_user_sessions_user', columns: ['userId'] },
    { name: 'idx_user_sessions_expires', columns: ['expiresAt'] },
  ],
  [{ name: 'fk_user_sessions_user', target: UserEntity, columns: ['userId'], references: ['id'] }],
)
export class UserSessionEntity {
  @StringColumn(64, { primary: true }) tokenHash!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() userId!: string;
  @TimeColumn() createdAt!: number;
  /** Time of the last request, to the minute. */
  @TimeColumn() seenAt!: number;
  @TimeColumn() expiresAt!: number;
}
