import { type Actor, DEFAULT_TENANT, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { columnsOf, describeColumns, StoredTables, TenantEntity, UnitOfWork } from '#persistence';
import { writeAudit } from '#security';

const BATCH = 500;
/** Kept: that it was erased, and which files are still to be deleted. */
const KEPT = new Set(['erasures', 'blob_deletions']);
/** After what hangs on them. */
const LAST = ['feedback_submissions', 'users', 'webhooks'];

/** A tenant as a whole, in every table that has one. */
@Injectable()
export class TenantsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tables: StoredTables,
  ) {}

  async exists(tenant: TenantContext): Promise<boolean> {
    const found = await this.unitOfWork.findAcrossTenants('SELECT id FROM tenants WHERE id = $1', [tenant.tenantId]);
    return found !== undefined;
  }

  /** Everything but the tenant itself, some hundred rows a transaction; keys first. Answers how many rows went, by table. */
  async empty(tenant: TenantContext): Promise<Record<string, number>> {
    const removed: Record<string, number> = {};
    const tables = this.tables.entities
      .filter((entity) => columnsOf(entity).some(({ name }) => name === 'tenant_id'))
      .map(describeColumns)
      .filter(({ name }) => !KEPT.has(name))
      .sort((a, b) => LAST.indexOf(a.name) - LAST.indexOf(b.name));
    const first = tables.filter(({ name }) => name === 'api_keys');
    for (const { columns, name } of [...first, ...tables.filter((table) => !first.includes(table))])
      for (;;) {
        const hasId = columns.some((column) => column.name === 'id' && column.primary);
        const n = await this.deleteSome(tenant, name, hasId);
        if (n > 0) removed[name] = (removed[name] ?? 0) + n;
        if (!hasId || n < BATCH) break;
      }
    return removed;
  }

  /** The tenant itself; the log of the first tenant, whose people run the installation, tells by whom. */
  async remove(tenant: TenantContext, by: Actor): Promise<void> {
    await this.unitOfWork.change(async (manager) => {
      await manager.delete(TenantEntity, { id: tenant.tenantId });
      await writeAudit(manager, DEFAULT_TENANT, by, { action: 'tenant.erase', target: tenant.tenantId, details: {} });
    });
  }

  private async deleteSome({ tenantId }: TenantContext, table: string, hasId: boolean): Promise<number> {
    return this.unitOfWork.write(async (session) => {
      const where = hasId ? ` AND id IN (SELECT id FROM ${table} WHERE tenant_id = $1 LIMIT ${BATCH})` : '';
      const gone = await session.query<Record<string, unknown>>(
        `DELETE FROM ${table} WHERE tenant_id = $1${where} RETURNING ${table === 'feedback_screenshots' ? 'id, store, created_at' : 'tenant_id'}`,
        [tenantId],
      );
      // What they have outside of the database is noted, exactly of those that went.
      for (const { created_at, id, store } of gone)
        if (store !== undefined && store !== 'database')
          await session.query(
            'INSERT INTO blob_deletions (id, tenant_id, store, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING RETURNING id',
            [id, tenantId, store, created_at],
          );
      return gone.length;
    });
  }
}
