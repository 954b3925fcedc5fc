import { createKey } from '../../src/platform/security/api-key-format.js';
import type { TestDatabase } from './databases.js';

export interface KeyOptions {
  scopes: readonly string[];
  tenantId?: string;
  expiresAt?: number;
  revokedAt?: number;
}

/** Writes a key past the product: also ones that it would not make. */
export async function addKey(
  database: TestDatabase,
  { scopes, tenantId = '00000000-0000-7000-8000-000000000001', expiresAt, revokedAt }: KeyOptions,
): Promise<string> {
  const { key, publicId, secretSha256 } = createKey();
  const sqlite = database.dialect === 'sqlite';
  const time = (ms: number | undefined): unknown => (ms === undefined ? null : sqlite ? ms : new Date(ms));
  const marks = Array.from({ length: 9 }, (_, i) => (sqlite ? '?' : `$${i + 1}`)).join(', ');
  await database.query(
    `INSERT INTO api_keys (id, tenant_id, public_id, secret_sha256, name, scopes, created_at, expires_at, revoked_at) VALUES (${marks})`,
    [
      crypto.randomUUID(),
      tenantId,
      publicId,
      secretSha256,
      'test',
      JSON.stringify(scopes),
      time(Date.now()),
      time(expiresAt),
      time(revokedAt),
    ],
  );
  return key;
}
