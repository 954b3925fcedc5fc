import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DEFAULT_TENANT_ID, uuidv7 } from '#kernel';
import { type Scope, SCOPES } from '#config';
import { ApiKeyEntity, TenantEntity, UnitOfWork } from '#persistence';
import type { NewKey } from './api-key-format.js';

export interface StoredKey {
  id: string;
  tenantId: string;
  secretSha256: string;
  scopes: Scope[];
  expiresAt: number | null;
  revokedAt: number | null;
  publishable: boolean;
  allowedOrigins: string[];
  rateLimitPerMinute: number | null;
}

interface KeyRow {
  id: string;
  tenant_id: string;
  secret_sha256: string;
  scopes: unknown;
  expires_at: unknown;
  revoked_at: unknown;
  publishable: unknown;
  allowed_origins: unknown;
  rate_limit_per_minute: number | null;
}

const FIRST_KEY_LOCK = 4_671_530_018;

@Injectable()
export class ApiKeysRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Finds a key by its public part.
   * @acrossTenants the tenant is only known from the key
   */
  async findByPublicId(publicId: string): Promise<StoredKey | undefined> {
    const row = await this.unitOfWork.findAcrossTenants<KeyRow>(
      'SELECT id, tenant_id, secret_sha256, scopes, expires_at, revoked_at, publishable, allowed_origins, rate_limit_per_minute ' +
        'FROM api_keys WHERE public_id = $1',
      [publicId],
    );
    if (!row) return undefined;
    const { dialect } = this.unitOfWork;
    const time = (value: unknown): number | null => (value == null ? null : dialect.readTime(value));
    return {
      id: row.id,
      tenantId: row.tenant_id,
      secretSha256: row.secret_sha256,
      scopes: dialect.readJson<Scope[]>(row.scopes) ?? [],
      expiresAt: time(row.expires_at),
      revokedAt: time(row.revoked_at),
      publishable: row.publishable != null && dialect.readBoolean(row.publishable),
      allowedOrigins: dialect.readJson<string[]>(row.allowed_origins) ?? [],
      rateLimitPerMinute: row.rate_limit_per_minute,
    };
  }

  /**
   * Records when keys were last used.
   * @acrossTenants one transaction covers the keys of all tenants
   */
  async markUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.unitOfWork.transaction(async (manager) => {
      for (const [id, lastUsedAt] of uses) await manager.update(ApiKeyEntity, { id }, { lastUsedAt });
    });
  }

  /**
   * Creates tenant `default`, and the first key if the database has no keys. `publish` hands the key over before the
   * commit, so that no key exists that was never handed over. Returns whether a key was created.
   * @acrossTenants there is no tenant yet
   */
  async createFirst(newKey: NewKey, now: number, publish: (key: string) => void): Promise<boolean> {
    return this.unitOfWork.transaction((manager) => createFirstKey(manager, newKey, now, publish));
  }
}

/** Creates the first key in a given transaction, as `ApiKeysRepository.createFirst` does. */
export async function createFirstKey(
  manager: EntityManager,
  { key, publicId, secretSha256 }: NewKey,
  now: number,
  publish: (key: string) => void,
): Promise<boolean> {
  // Replicas may start at the same time. On SQLite the transaction itself is exclusive.
  if (manager.dataSource.options.type === 'postgres')
    await manager.query('SELECT pg_advisory_xact_lock($1)', [FIRST_KEY_LOCK]);
  const tenants = await manager.countBy(TenantEntity, { id: DEFAULT_TENANT_ID });
  if (tenants === 0) {
    await manager.insert(TenantEntity, { id: DEFAULT_TENANT_ID, slug: 'default', name: 'Default', createdAt: now });
  }
  if ((await manager.count(ApiKeyEntity)) > 0) return false;
  await manager.insert(ApiKeyEntity, {
    id: uuidv7(now),
    tenantId: DEFAULT_TENANT_ID,
    publicId,
    secretSha256,
    name: 'First administrator',
    scopes: [...SCOPES],
    createdAt: now,
  });
  publish(key);
  return true;
}
