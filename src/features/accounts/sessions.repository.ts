import type { Actor, TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { LoginAttemptEntity, UnitOfWork, UserEntity, UserSessionEntity, UserTokenEntity } from '#persistence';
import { type Role, type User, writeAudit } from '#security';

/** A session and its user. Times are in milliseconds since 1970. */
export interface StoredSession {
  tokenHash: string;
  user: User;
  seenAt: number;
  expiresAt: number;
}

interface SessionRow {
  token_hash: string;
  seen_at: unknown;
  expires_at: unknown;
  id: string;
  tenant_id: string;
  email: string;
  name: string;
  role: string;
  created_at: unknown;
  created_by: string;
  last_login_at: unknown;
  version: number;
}

/** Stores sessions and failed sign-ins. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Stores a new session and clears the failed sign-ins. `replaced` is the hash of the token that the browser had
   * before.
   */
  async create(
    tenant: TenantContext,
    session: { tokenHash: string; userId: string; expiresAt: number },
    { accountHash, replaced }: { accountHash: string; replaced: string | undefined },
    by: Actor,
  ): Promise<void> {
    const { tenantId } = tenant;
    await this.unitOfWork.change(async (manager) => {
      if (replaced !== undefined) await manager.delete(UserSessionEntity, { tokenHash: replaced });
      await manager.delete(LoginAttemptEntity, { accountHash });
      await manager.insert(UserSessionEntity, { ...session, tenantId, createdAt: by.at, seenAt: by.at });
      await manager.update(UserEntity, { id: session.userId, tenantId }, { lastLoginAt: by.at });
      await writeAudit(manager, tenant, by, { action: 'user.sign_in', target: session.userId, details: null });
    });
  }

  /**
   * Finds a session by the hash of its token.
   *
   * @acrossTenants the session determines the tenant
   */
  async findByToken(tokenHash: string): Promise<StoredSession | undefined> {
    const row = await this.unitOfWork.findAcrossTenants<SessionRow>(
      'SELECT s.token_hash, s.seen_at, s.expires_at, u.id, u.tenant_id, u.email, u.name, u.role, u.created_at, u.created_by, ' +
        'u.last_login_at, u.version FROM user_sessions s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id ' +
        'WHERE s.token_hash = $1 AND u.disabled_at IS NULL',
      [tokenHash],
    );
    if (!row) return undefined;
    const { dialect } = this.unitOfWork;
    const user: User = {
      id: row.id,
      tenantId: row.tenant_id,
      email: row.email,
      name: row.name,
      role: row.role as Role,
      hasPassword: true,
      createdAt: dialect.readTime(row.created_at),
      createdBy: row.created_by,
      disabledAt: null,
      lastLoginAt: row.last_login_at == null ? null : dialect.readTime(row.last_login_at),
      version: row.version,
    };
    return {
      tokenHash,
      user,
      seenAt: dialect.readTime(row.seen_at),
      expiresAt: dialect.readTime(row.expires_at),
    };
  }

  /** Records that the session was used at `now`, in milliseconds since 1970. */
  async touch(tenant: TenantContext, tokenHash: string, now: number): Promise<void> {
    await this.unitOfWork.change((manager) =>
      manager.update(UserSessionEntity, { tokenHash, tenantId: tenant.tenantId }, { seenAt: now }),
    );
  }

  async remove(tenant: TenantContext, tokenHash: string, by: Actor, userId: string): Promise<void> {
    await this.unitOfWork.change(async (manager) => {
      await manager.delete(UserSessionEntity, { tokenHash, tenantId: tenant.tenantId });
      await writeAudit(manager, tenant, by, { action: 'user.sign_out', target: userId, details: null });
    });
  }

  /**
   * Counts a sign-in before its password is checked, so that parallel attempts do not bypass the limit. The attempt
   * number `maxAttempts` locks the account for `lockMs`. A successful sign-in clears the count.
   *
   * @returns the end of the lock in milliseconds since 1970, if the account was locked already
   */
  async reserveAttempt(
    tenant: TenantContext,
    accountHash: string,
    { lockMs, maxAttempts, now }: { lockMs: number; maxAttempts: number; now: number },
  ): Promise<number | null> {
    const { tenantId } = tenant;
    return this.unitOfWork.change(async (manager) => {
      await manager.delete(LoginAttemptEntity, { accountHash, lastAt: LessThan(now - lockMs) });
      await manager
        .createQueryBuilder()
        .insert()
        .into(LoginAttemptEntity)
        .values({ accountHash, tenantId, failures: 0, lastAt: now, lockedUntil: null })
        .orIgnore()
        .execute();
      // Locks the row, so that a parallel attempt sees this count.
      await manager
        .createQueryBuilder()
        .update(LoginAttemptEntity)
        .set({ failures: () => 'failures + 1' })
        .where({ accountHash })
        .execute();
      const { failures, lockedUntil } = await manager.findOneByOrFail(LoginAttemptEntity, { accountHash });
      if (lockedUntil !== null && lockedUntil > now) return lockedUntil;
      const locks = failures >= maxAttempts;
      const next = { lastAt: now, failures: locks ? 0 : failures, lockedUntil: locks ? now + lockMs : null };
      await manager.update(LoginAttemptEntity, { accountHash }, next);
      return null;
    });
  }

  /**
   * Removes expired sessions and links, and sign-ins that failed more than `forgetMs` ago.
   *
   * @acrossTenants one schedule for the installation
   */
  async prune(now: number, forgetMs: number): Promise<void> {
    await this.unitOfWork.transaction(async (manager) => {
      await manager.delete(UserSessionEntity, { expiresAt: LessThan(now) });
      await manager.delete(UserTokenEntity, { expiresAt: LessThan(now) });
      await manager.delete(LoginAttemptEntity, { lastAt: LessThan(now - forgetMs) });
    });
  }
}
