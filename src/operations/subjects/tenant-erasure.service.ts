import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type Clock,
  CLOCK,
  DEFAULT_TENANT_ID,
  DAY_MS,
  NotFoundError,
  type TenantContext,
  uuidv7,
} from '#kernel';
import { StoredTables } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { LocalErasure } from './local-erasure.service.js';
import { ErasureLedger, WHOLE_TENANT } from './erasure-ledger.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import type { ErasureCertificate } from './subject.js';
import { TenantsRepository } from './tenants.repository.js';

const LOOK_EVERY_MS = 60_000;

/** Requests without a key, and legacy clients, belong to the first tenant. */
class DefaultTenantError extends AppError {
  constructor() {
    super({
      code: 'default_tenant',
      status: 409,
      title: 'Conflict',
      detail: 'The first tenant cannot be erased: the installation needs it.',
    });
  }
}

/**
 * Erases a tenant and all its data: the rows of all tables, screenshots, spools, archives and caches.
 *
 * - Its API keys are deleted first. Another server may accept them for one more minute; records that arrive in that
 *   time are erased within two.
 * - A tombstone and a line of the ledger remain, as for a subject. They do not show whose tenant it was.
 */
@Injectable()
export class TenantErasureService {
  constructor(
    private readonly tenants: TenantsRepository,
    private readonly erasures: ErasuresRepository,
    private readonly tables: StoredTables,
    private readonly local: LocalErasure,
    private readonly ledger: ErasureLedger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Erases a tenant. A repeated request returns the same certificate.
   *
   * @throws NotFoundError (404) if the tenant is unknown
   * @throws DefaultTenantError (409) for the first tenant
   */
  async erase(tenant: TenantContext, actor: string): Promise<ErasureCertificate> {
    const { erasures, ledger, tenants } = this;
    if (tenant.tenantId === DEFAULT_TENANT_ID) throw new DefaultTenantError();
    const known = await erasures.find(tenant, [WHOLE_TENANT]);
    if (!(await tenants.exists(tenant))) {
      if (known) return known;
      throw new NotFoundError('The tenant');
    }
    const now = this.clock.now();
    const tombstone = await erasures.writeTombstone(tenant, {
      subjectHash: WHOLE_TENANT,
      certificateId: known?.certificateId ?? uuidv7(now),
      now,
    });
    await ledger.append([{ tenant_id: tenant.tenantId, subject_hash: WHOLE_TENANT, requested_at: now }]);
    const removed = await this.remove(tenant, actor);
    const erasedAt = this.clock.now();
    await erasures.saveRemoval(tenant, WHOLE_TENANT, removed, erasedAt);
    return { ...tombstone, removed, erasedAt, found: true };
  }

  /** Erases a tenant again after a restore. Returns whether the restore had brought it back. */
  async eraseAgain(tenant: TenantContext, requestedAt: number): Promise<boolean> {
    const { erasures, tenants } = this;
    if (tenant.tenantId === DEFAULT_TENANT_ID || !(await tenants.exists(tenant))) return false;
    await erasures.writeTombstone(tenant, {
      subjectHash: WHOLE_TENANT,
      certificateId: uuidv7(requestedAt),
      now: requestedAt,
    });
    await erasures.saveRemoval(tenant, WHOLE_TENANT, await this.remove(tenant, 'restore'), this.clock.now());
    return true;
  }

  /** Erases records that arrived by a key which another server still accepted. */
  @WhileDatabaseUp({ name: 'tenants.empty_again', every: LOOK_EVERY_MS })
  async look(): Promise<void> {
    const recent = await this.erasures.tombstonesSince(this.clock.now() - DAY_MS);
    let failure: unknown;
    for (const { subjectHash, tenantId } of recent)
      if (subjectHash === WHOLE_TENANT)
        // One tenant that cannot be emptied does not hold up the others.
        await this.emptyAgain({ tenantId }).catch((error: unknown) => (failure ??= error));
    if (failure !== undefined) throw failure as Error;
  }

  private async emptyAgain(tenant: TenantContext): Promise<void> {
    const removed = await this.tenants.empty(tenant);
    if (Object.keys(removed).length > 0) await this.tables.clearCaches(tenant, removed);
  }

  private async remove(tenant: TenantContext, actor: string): Promise<Record<string, number>> {
    const { local, tables, tenants } = this;
    const removed = await tenants.empty(tenant);
    await tables.clearCaches(tenant, removed);
    Object.assign(removed, await local.remove());
    await tenants.remove(tenant, { name: actor, at: this.clock.now() });
    // Records may have arrived by a key that was still cached.
    for (const [table, n] of Object.entries(await tenants.empty(tenant))) removed[table] = (removed[table] ?? 0) + n;
    return removed;
  }
}
