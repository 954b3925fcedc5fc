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

/** 409: requests without a key, and older clients, belong to it. */
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
 * Erases a tenant with everything it has: rows of all tables, pictures, spools, archives, caches.
 *
 * - its keys go first; another server may take them for a minute more, and what comes in then goes within two
 * - a tombstone and a line of the ledger stay, as for a subject; nobody can tell from them whose tenant it was
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

  /** @throws NotFoundError, DefaultTenantError (409). A repetition answers the same certificate. */
  async erase(tenant: TenantContext, actor: string): Promise<ErasureCertificate> {
    const { erasures, ledger, tenants } = this;
    if (tenant.tenantId === DEFAULT_TENANT_ID) throw new DefaultTenantError();
    const known = await erasures.find(tenant, [WHOLE_TENANT]);
    if (!(await tenants.exists(tenant))) {
      if (known) return known;
      throw new NotFoundError('The tenant');
    }
    const now = this.clock.now();
    const buried = await erasures.bury(tenant, {
      subjectHash: WHOLE_TENANT,
      certificateId: known?.certificateId ?? uuidv7(now),
      now,
    });
    await ledger.note([{ tenant_id: tenant.tenantId, subject_hash: WHOLE_TENANT, requested_at: now }]);
    const removed = await this.remove(tenant, actor);
    const erasedAt = this.clock.now();
    await erasures.certify(tenant, WHOLE_TENANT, removed, erasedAt);
    return { ...buried, removed, erasedAt, found: true };
  }

  /** After a restore. Answers whether it had come back. */
  async eraseAgain(tenant: TenantContext, requestedAt: number): Promise<boolean> {
    const { erasures, tenants } = this;
    if (tenant.tenantId === DEFAULT_TENANT_ID || !(await tenants.exists(tenant))) return false;
    await erasures.bury(tenant, { subjectHash: WHOLE_TENANT, certificateId: uuidv7(requestedAt), now: requestedAt });
    await erasures.certify(tenant, WHOLE_TENANT, await this.remove(tenant, 'restore'), this.clock.now());
    return true;
  }

  /** What came in by a key that another server still knew. */
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
    if (Object.keys(removed).length > 0) await this.tables.forget(tenant, removed);
  }

  private async remove(tenant: TenantContext, actor: string): Promise<Record<string, number>> {
    const { local, tables, tenants } = this;
    const removed = await tenants.empty(tenant);
    await tables.forget(tenant, removed);
    Object.assign(removed, await local.remove());
    await tenants.remove(tenant, { name: actor, at: this.clock.now() });
    // What came in by a key that was known a moment longer.
    for (const [table, n] of Object.entries(await tenants.empty(tenant))) removed[table] = (removed[table] ?? 0) + n;
    return removed;
  }
}
