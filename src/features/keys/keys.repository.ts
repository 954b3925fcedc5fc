import { type Actor, NotFoundError, type Position, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Scope } from '#config';
import { ApiKeyEntity, type ChangeWork, TenantEntity, UnitOfWork } from '#persistence';
import { type AuditEntry, type NewKey, type TenantRecord, writeAudit } from '#security';
import type { KeyRecord } from './records.js';

interface KeyRow {
  id: string;
  public_id: string;
  name: string;
  scopes: unknown;
  created_at: unknown;
  expires_at: unknown;
  revoked_at: unknown;
  last_used_at: unknown;
  publishable: unknown;
  allowed_origins: unknown;
  rate_limit_per_minute: number | null;
  created_by: string | null;
}

interface AuditRow {
  id: string;
  at: unknown;
  actor: string;
  action: string;
  target: string;
  details: unknown;
}

const KEY_COLUMNS =
  'id, tenant_id, public_id, name, scopes, created_at, expires_at, revoked_at, last_used_at, publishable, allowed_origins, ' +
  'rate_limit_per_minute, created_by';

/** Stores keys and tenants. Every change is written to the audit log in the same transaction. */
@Injectable()
export class KeysRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Returns the work that stores a key. */
  creation(tenant: TenantContext, record: KeyRecord, key: NewKey, by: Actor): ChangeWork {
    return async (manager) => {
      await insertKey(manager, tenant, record, key);
      const details = { name: record.name, scopes: record.scopes };
      await writeAudit(manager, tenant, by, { action: 'key.create', target: record.id, details });
    };
  }

  /**
   * Returns the work that stores a second key with the settings of `before`, which stays valid until it is revoked. The
   * work throws NotFoundError (404) if `before` was revoked meanwhile.
   */
  rotation(tenant: TenantContext, before: KeyRecord, record: KeyRecord, key: NewKey, by: Actor): ChangeWork {
    const { id } = before;
    return async (manager) => {
      const current = await manager.findOneBy(ApiKeyEntity, { id, tenantId: tenant.tenantId });
      if (!current || current.revokedAt !== null) throw new NotFoundError('The key');
      await insertKey(manager, tenant, record, key);
      await writeAudit(manager, tenant, by, { action: 'key.rotate', target: id, details: { new_key: record.id } });
    };
  }

  /**
   * Revokes a key. Repeating it changes nothing.
   *
   * @returns the public id of the key
   * @throws NotFoundError (404)
   */
  async revoke(tenant: TenantContext, id: string, by: Actor): Promise<string> {
    return this.unitOfWork.change(async (manager) => {
      const before = await manager.findOneBy(ApiKeyEntity, { id, tenantId: tenant.tenantId });
      if (!before) throw new NotFoundError('The key');
      if (before.revokedAt !== null) return before.publicId;
      await manager.update(ApiKeyEntity, { id, tenantId: tenant.tenantId }, { revokedAt: by.at });
      await writeAudit(manager, tenant, by, { action: 'key.revoke', target: id, details: { name: before.name } });
      return before.publicId;
    });
  }

  async find(tenant: TenantContext, id: string): Promise<KeyRecord | undefined> {
    const row = await this.unitOfWork.find<KeyRow>(
      tenant,
      `SELECT ${KEY_COLUMNS} FROM api_keys WHERE tenant_id = $1 AND id = $2`,
      [id],
    );
    return row && this.toKey(row);
  }

  /** Returns at most `limit` keys after `position`, newest first. */
  async list(tenant: TenantContext, limit: number, position?: Position): Promise<KeyRecord[]> {
    const { after, values } = this.page('created_at', limit, position);
    const rows = await this.unitOfWork.read<KeyRow>(
      tenant,
      `SELECT ${KEY_COLUMNS} FROM api_keys WHERE tenant_id = $1${after} ORDER BY created_at DESC, id DESC LIMIT $2`,
      values,
    );
    return rows.map((row) => this.toKey(row));
  }

  /** Returns at most `limit` audit entries after `position`, newest first. */
  async listAudit(tenant: TenantContext, limit: number, position?: Position): Promise<AuditEntry[]> {
    const { after, values } = this.page('at', limit, position);
    const rows = await this.unitOfWork.read<AuditRow>(
      tenant,
      `SELECT id, at, actor, action, target, details FROM audit_log WHERE tenant_id = $1${after} ORDER BY at DESC, id DESC LIMIT $2`,
      values,
    );
    const { dialect } = this.unitOfWork;
    return rows.map((row) => ({
      ...row,
      at: dialect.readTime(row.at),
      details: dialect.readJson<Record<string, unknown>>(row.details),
    }));
  }

  /**
   * Returns the work that stores a tenant and its first key, and audits it for both the caller's tenant and the new
   * one.
   */
  tenantCreation(tenant: TenantContext, made: TenantRecord, record: KeyRecord, key: NewKey, by: Actor): ChangeWork {
    const entry = { action: 'tenant.create', target: made.id, details: { slug: made.slug } };
    return async (manager) => {
      await manager.insert(TenantEntity, made);
      await insertKey(manager, { tenantId: made.id }, record, key);
      await writeAudit(manager, tenant, by, entry);
      await writeAudit(manager, { tenantId: made.id }, by, entry);
    };
  }

  private page(column: string, limit: number, position?: Position): { after: string; values: unknown[] } {
    if (!position) return { after: '', values: [limit] };
    return {
      after: ` AND (${column}, id) < ($3, $4)`,
      values: [limit, this.unitOfWork.dialect.time(position.time), position.id],
    };
  }

  private toKey(row: KeyRow): KeyRecord {
    const { dialect } = this.unitOfWork;
    const time = (value: unknown): number | null => (value == null ? null : dialect.readTime(value));
    return {
      id: row.id,
      publicId: row.public_id,
      name: row.name,
      scopes: dialect.readJson<Scope[]>(row.scopes) ?? [],
      createdAt: dialect.readTime(row.created_at),
      expiresAt: time(row.expires_at),
      revokedAt: time(row.revoked_at),
      lastUsedAt: time(row.last_used_at),
      publishable: row.publishable != null && dialect.readBoolean(row.publishable),
      allowedOrigins: dialect.readJson<string[]>(row.allowed_origins) ?? [],
      rateLimitPerMinute: row.rate_limit_per_minute,
      createdBy: row.created_by,
    };
  }
}

async function insertKey(
  manager: EntityManager,
  { tenantId }: TenantContext,
  record: KeyRecord,
  { secretSha256 }: NewKey,
): Promise<void> {
  await manager.insert(ApiKeyEntity, { ...record, tenantId, secretSha256 });
}
