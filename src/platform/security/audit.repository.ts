import type { EntityManager } from 'typeorm';
import { type Actor, type TenantContext, uuidv7 } from '#kernel';
import { AuditEntryEntity } from '#persistence';

/** One entry of the audit log; `at` is in milliseconds since 1970. */
export interface AuditEntry {
  id: string;
  at: number;
  actor: string;
  action: string;
  target: string;
  details: Record<string, unknown> | null;
}

/**
 * Writes an administrative action to the audit log, in the transaction of the change. `details` must not contain a
 * secret or a text.
 */
export async function writeAudit(
  manager: EntityManager,
  tenant: TenantContext,
  { name: actor, at: now }: Actor,
  entry: Pick<AuditEntry, 'action' | 'target' | 'details'>,
): Promise<void> {
  const row = { id: uuidv7(now), tenantId: tenant.tenantId, at: now, actor, ...entry };
  await manager.insert(AuditEntryEntity, row as AuditEntryEntity);
}
