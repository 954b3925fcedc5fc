import { type Actor, NotFoundError, type Position, requireVersion, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, MoreThan } from 'typeorm';
import { type ChangeWork, UnitOfWork, UserEntity, UserSessionEntity, UserTokenEntity } from '#persistence';
import { type Role, type User, writeAudit } from '#security';
import type { UserChange } from './user.js';

interface UserRow {
  id: string;
  tenant_id: string;
  email: string;
  name: string;
  role: string;
  password_hash: string | null;
  created_at: unknown;
  created_by: string;
  disabled_at: unknown;
  last_login_at: unknown;
  version: number;
}

const COLUMNS =
  'id, tenant_id, email, name, role, password_hash, created_at, created_by, disabled_at, last_login_at, version';

/** The token of a password link. `expiresAt` is in milliseconds since 1970. */
export interface TokenRecord {
  tokenHash: string;
  userId: string;
  expiresAt: number;
}

/** Stores users and their password links. Every change is written to the audit log in the same transaction. */
@Injectable()
export class UsersRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Returns the work that stores a user, and an invitation if one is given. */
  creation(
    tenant: TenantContext,
    user: User,
    { passwordHash, invitation }: { passwordHash: string | null; invitation: TokenRecord | undefined },
    by: Actor,
  ): ChangeWork {
    const { createdAt, createdBy, email, id, name, role, version } = user;
    const { tenantId } = tenant;
    return async (manager) => {
      const row = { id, tenantId, email, name, role, passwordHash, createdAt, createdBy, version };
      await manager.insert(UserEntity, row);
      if (invitation) await manager.insert(UserTokenEntity, { ...invitation, tenantId, createdAt });
      await writeAudit(manager, tenant, by, { action: 'user.create', target: id, details: { role } });
    };
  }

  async find(tenant: TenantContext, id: string): Promise<User | undefined> {
    const row = await this.unitOfWork.find<UserRow>(
      tenant,
      `SELECT ${COLUMNS} FROM users WHERE tenant_id = $1 AND id = $2`,
      [id],
    );
    return row && this.toUser(row);
  }

  /** Finds a user with the hash of the password, to sign in. */
  async findByEmail(
    tenant: TenantContext,
    email: string,
  ): Promise<{ user: User; passwordHash: string | null } | undefined> {
    const row = await this.unitOfWork.find<UserRow>(
      tenant,
      `SELECT ${COLUMNS} FROM users WHERE tenant_id = $1 AND email = $2`,
      [email],
    );
    return row && { user: this.toUser(row), passwordHash: row.password_hash };
  }

  /** Returns at most `limit` users after `position`, newest first. */
  async list(tenant: TenantContext, limit: number, position?: Position): Promise<User[]> {
    const { dialect } = this.unitOfWork;
    const after = position ? ' AND (created_at, id) < ($3, $4)' : '';
    const values = position ? [limit, dialect.time(position.time), position.id] : [limit];
    const rows = await this.unitOfWork.read<UserRow>(
      tenant,
      `SELECT ${COLUMNS} FROM users WHERE tenant_id = $1${after} ORDER BY created_at DESC, id DESC LIMIT $2`,
      values,
    );
    return rows.map((row) => this.toUser(row));
  }

  /**
   * Changes a user. Ends all sessions of a user who is disabled.
   *
   * @throws NotFoundError (404), PreconditionFailedError (412)
   */
  async update(
    tenant: TenantContext,
    id: string,
    version: number | undefined,
    { disabled, name, role }: UserChange,
    by: Actor,
  ): Promise<void> {
    await this.unitOfWork.change(async (manager) => {
      const before = await this.require(manager, tenant, id, version);
      const disabledAt = disabled === undefined ? before.disabledAt : disabled ? (before.disabledAt ?? by.at) : null;
      const row = { name: name ?? before.name, role: role ?? before.role, disabledAt, version: before.version + 1 };
      await manager.update(UserEntity, { id, tenantId: tenant.tenantId, version: before.version }, row);
      if (disabledAt !== null) await this.endSessions(manager, id);
      const details = { role: row.role, disabled: disabledAt !== null };
      await writeAudit(manager, tenant, by, { action: 'user.update', target: id, details });
    });
  }

  /** @throws NotFoundError (404), PreconditionFailedError (412) */
  async remove(tenant: TenantContext, id: string, version: number | undefined, by: Actor): Promise<void> {
    await this.unitOfWork.change(async (manager) => {
      const before = await this.require(manager, tenant, id, version);
      await manager.delete(UserEntity, { id, tenantId: tenant.tenantId });
      await writeAudit(manager, tenant, by, { action: 'user.delete', target: id, details: { role: before.role } });
    });
  }

  /**
   * Sets a password. Ends all sessions and password links of the user.
   *
   * @throws NotFoundError (404)
   */
  async setPassword(tenant: TenantContext, id: string, passwordHash: string, by: Actor): Promise<void> {
    await this.unitOfWork.change((manager) => this.changePassword(manager, tenant, id, passwordHash, by));
  }

  /** Returns the work that stores a password link. Previous links of the user end. */
  tokenReplacement(tenant: TenantContext, token: TokenRecord, by: Actor): ChangeWork {
    return async (manager) => {
      await manager.delete(UserTokenEntity, { userId: token.userId });
      await manager.insert(UserTokenEntity, { ...token, tenantId: tenant.tenantId, createdAt: by.at });
      await writeAudit(manager, tenant, by, { action: 'user.link', target: token.userId, details: null });
    };
  }

  /**
   * Stores a link that anyone may request, so it does not end links that an administrator created.
   *
   * @returns false if the user had `max` links since `since` (milliseconds since 1970), so that no mailbox is flooded
   */
  async addToken(
    tenant: TenantContext,
    token: TokenRecord,
    { max, since }: { max: number; since: number },
    by: Actor,
  ): Promise<boolean> {
    return this.unitOfWork.change(async (manager) => {
      const recent = await manager.countBy(UserTokenEntity, { userId: token.userId, createdAt: MoreThan(since) });
      if (recent >= max) return false;
      await manager.insert(UserTokenEntity, { ...token, tenantId: tenant.tenantId, createdAt: by.at });
      await writeAudit(manager, tenant, by, { action: 'user.link', target: token.userId, details: null });
      return true;
    });
  }

  /**
   * Finds the user of a password link that is valid at `now`, in milliseconds since 1970.
   *
   * @acrossTenants the token determines the tenant
   */
  async findByLink(tokenHash: string, now: number): Promise<User | undefined> {
    const row = await this.unitOfWork.findAcrossTenants<UserRow>(
      `SELECT ${COLUMNS} FROM users WHERE disabled_at IS NULL AND id IN (SELECT user_id FROM user_tokens WHERE token_hash = $1 AND expires_at > $2)`,
      [tokenHash, this.unitOfWork.dialect.time(now)],
    );
    return row && this.toUser(row);
  }

  /**
   * Uses the link to set a password.
   *
   * @returns false if the link was used meanwhile
   * @throws NotFoundError (404)
   */
  async acceptLink(tenant: TenantContext, token: TokenRecord, passwordHash: string, by: Actor): Promise<boolean> {
    return this.unitOfWork.change(async (manager) => {
      const { affected } = await manager.delete(UserTokenEntity, { tokenHash: token.tokenHash });
      const removed = affected ?? 0;
      if (removed === 0) return false;
      await this.changePassword(manager, tenant, token.userId, passwordHash, by);
      return true;
    });
  }

  private async changePassword(
    manager: EntityManager,
    tenant: TenantContext,
    id: string,
    passwordHash: string,
    by: Actor,
  ): Promise<void> {
    const before = await this.require(manager, tenant, id);
    await manager.update(UserEntity, { id, tenantId: tenant.tenantId }, { passwordHash, version: before.version + 1 });
    await this.endSessions(manager, id);
    await manager.delete(UserTokenEntity, { userId: id });
    await writeAudit(manager, tenant, by, { action: 'user.password', target: id, details: null });
  }

  private async require(
    manager: EntityManager,
    { tenantId }: TenantContext,
    id: string,
    version?: number,
  ): Promise<UserEntity> {
    const postgres = manager.dataSource.options.type === 'postgres';
    const lock = postgres ? { lock: { mode: 'pessimistic_write' as const } } : {};
    const user = await manager.findOne(UserEntity, { where: { id, tenantId }, ...lock });
    if (!user) throw new NotFoundError('The user');
    requireVersion(user.version, version);
    return user;
  }

  private async endSessions(manager: EntityManager, userId: string): Promise<void> {
    await manager.delete(UserSessionEntity, { userId });
  }

  private toUser(row: UserRow): User {
    const { dialect } = this.unitOfWork;
    const time = (value: unknown): number | null => (value == null ? null : dialect.readTime(value));
    return {
      id: row.id,
      tenantId: row.tenant_id,
      email: row.email,
      name: row.name,
      role: row.role as Role,
      hasPassword: row.password_hash !== null,
      createdAt: dialect.readTime(row.created_at),
      createdBy: row.created_by,
      disabledAt: time(row.disabled_at),
      lastLoginAt: time(row.last_login_at),
      version: row.version,
    };
  }
}
