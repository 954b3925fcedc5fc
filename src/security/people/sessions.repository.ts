import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import type { TenantContext } from '../../common/index.js';
import {
  LoginAttemptEntity,
  UnitOfWork,
  UserEntity,
  UserSessionEntity,
  UserTokenEntity,
} from '../../persistence/index.js';
import { type Deed, writeAudit } from '../audit.repository.js';
import type { Role, User } from './user.js';

/** A session with who signed in; times are milliseconds since 1970. */
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

interface AttemptRow {
  failures: number;
  last_at: unknown;
  locked_until: unknown;
}

/** Failed sign-ins of an address. */
export interface Attempts {
  failures: number;
  lastAt: number;
  lockedUntil: number | null;
}

/** Signed-in browsers, and who failed to become one. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Signs in: a new session, the failures forgotten. `replaced` is the session that the browser had before. */
  async create(
    tenant: TenantContext,
    session: { tokenHash: string; userId: string; expiresAt: number },
    { accountHash, replaced }: { accountHash: string; replaced: string | undefined },
    deed: Deed,
  ): Promise<void> {
    const { tenantId } = tenant;
    await this.unitOfWork.change(async (manager) => {
      if (replaced !== undefined) await manager.delete(UserSessionEntity, { tokenHash: replaced });
      await manager.delete(LoginAttemptEntity, { accountHash });
      await manager.insert(UserSessionEntity, { ...session, tenantId, createdAt: deed.now, seenAt: deed.now });
      await manager.update(UserEntity, { id: session.userId, tenantId }, { lastLoginAt: deed.now });
      await writeAudit(manager, tenant, deed, { action: 'user.sign_in', target: session.userId, details: null });
    });
  }

  /** By the hash of its token; the tenant is what the session tells, so it cannot be asked for first. */
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

  async touch(tenant: TenantContext, tokenHash: string, now: number): Promise<void> {
    await this.unitOfWork.change((manager) =>
      manager.update(UserSessionEntity, { tokenHash, tenantId: tenant.tenantId }, { seenAt: now }),
    );
  }

  async remove(tenant: TenantContext, tokenHash: string, deed: Deed, userId: string): Promise<void> {
    await this.unitOfWork.change(async (manager) => {
      await manager.delete(UserSessionEntity, { tokenHash, tenantId: tenant.tenantId });
      await writeAudit(manager, tenant, deed, { action: 'user.sign_out', target: userId, details: null });
    });
  }

  async attempts(tenant: TenantContext, accountHash: string): Promise<Attempts | undefined> {
    const row = await this.unitOfWork.find<AttemptRow>(
      tenant,
      'SELECT failures, last_at, locked_until FROM login_attempts WHERE tenant_id = $1 AND account_hash = $2',
      [accountHash],
    );
    const { dialect } = this.unitOfWork;
    return (
      row && {
        failures: row.failures,
        lastAt: dialect.readTime(row.last_at),
        lockedUntil: row.locked_until == null ? null : dialect.readTime(row.locked_until),
      }
    );
  }

  /** Counts a failure; the `most`th in a row locks the address for `lockMs`. One that is `lockMs` old begins a new row. */
  async fail(
    tenant: TenantContext,
    accountHash: string,
    { lockMs, most, now }: { lockMs: number; most: number; now: number },
  ): Promise<void> {
    const { tenantId } = tenant;
    await this.unitOfWork.change(async (manager) => {
      await manager.delete(LoginAttemptEntity, { accountHash, lastAt: LessThan(now - lockMs) });
      await manager
        .createQueryBuilder()
        .insert()
        .into(LoginAttemptEntity)
        .values({ accountHash, tenantId, failures: 0, lastAt: now, lockedUntil: null })
        .orIgnore()
        .execute();
      await manager
        .createQueryBuilder()
        .update(LoginAttemptEntity)
        .set({ failures: () => 'failures + 1', lastAt: now })
        .where({ accountHash })
        .execute();
      const after = await manager.findOneByOrFail(LoginAttemptEntity, { accountHash });
      if (after.failures < most) return;
      await manager.update(LoginAttemptEntity, { accountHash }, { failures: 0, lockedUntil: now + lockMs });
    });
  }

  /** Removes what is over, of all tenants. */
  async prune(now: number, forgetMs: number): Promise<void> {
    await this.unitOfWork.transaction(async (manager) => {
      await manager.delete(UserSessionEntity, { expiresAt: LessThan(now) });
      await manager.delete(UserTokenEntity, { expiresAt: LessThan(now) });
      await manager.delete(LoginAttemptEntity, { lastAt: LessThan(now - forgetMs) });
    });
  }
}
