import { type Actor, DEFAULT_TENANT, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { columnsOf, describeColumns, StoredTables, TenantEntity, UnitOfWork } from '#persistence';
import { writeAudit } from '#security';

const BATCH = 500;
/** Tables that keep their rows: proof of the erasure, and files that are still to be deleted. */
const KEPT_TABLES = new Set(['erasures', 'blob_deletions']);
/** Emptied last, because rows of other tables refer to them. */
const PARENT_TABLES = ['feedback_submissions', 'users', 'webhooks'];

/** Deletes a whole tenant from every table. */
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

  /**
   * Deletes all rows of a tenant except its own, in transactions of at most 500 rows, API keys first.
   *
   * @returns the number of deleted rows, by table
   */
  async empty(tenant: TenantContext): Promise<Record<string, number>> {
    const removed: Record<string, number> = {};
    const tables = this.tables.entities
      .filter((entity) => columnsOf(entity).some(({ name }) => name === 'tenant_id'))
      .map(describeColumns)
      .filter(({ name }) => !KEPT_TABLES.has(name))
      .sort((a, b) => PARENT_TABLES.indexOf(a.name) - PARENT_TABLES.indexOf(b.name));
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

  /**
   * Deletes the tenant's own row. The audit log of the first tenant, which belongs to the operators, names the actor.
   */
  async remove(tenant: TenantContext, actor: Actor): Promise<void> {
    await this.unitOfWork.change(async (manager) => {
      await manager.delete(TenantEntity, { id: tenant.tenantId });
      await writeAudit(manager, DEFAULT_TENANT, actor, {
        action: 'tenant.erase',
        target: tenant.tenantId,
        details: {},
      });
    });
  }

  private async deleteSome({ tenantId }: TenantContext, table: string, hasId: boolean): Promise<number> {
    return this.unitOfWork.write(async (session) => {
      const where = hasId ? ` AND id IN (SELECT id FROM ${table} WHERE tenant_id = $1 LIMIT ${BATCH})` : '';
      const deletedRows = await session.query<Record<string, unknown>>(
        `DELETE FROM ${table} WHERE tenant_id = $1${where} RETURNING ${table === 'feedback_screenshots' ? 'id, store, created_at' : 'tenant_id'}`,
        [tenantId],
      );
      // Schedules the files of exactly these rows for deletion, since they are stored outside the database.
      for (const { created_at, id, store } of deletedRows)
        if (store !== undefined && store !== 'database')
          await session.query(
            'INSERT INTO blob_deletions (id, tenant_id, store, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING RETURNING id',
            [id, tenantId, store, created_at],
          );
      return deletedRows.length;
    });
  }
}
