import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { sleep, smallestIdAt } from '#kernel';
import { DatabaseLockedError, type RetainedTable, StoredTables, toDatabaseError, UnitOfWork } from '#persistence';
import type { RetentionRun } from './retention.js';

/** Writers queue behind the lock request while it waits for readers: waits are short, and there are many attempts. */
const LOCK_MS = 25;
const LOCK_ATTEMPTS = 40;
const LOCK_PAUSE_MS = 250;
/** Conflicts only with writers to the expired month, which no longer has any. */
const SHARE_LOCK_MS = 500;
const ATTACHED =
  'SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent ' +
  'WHERE p.relname = $1 AND p.relnamespace = quote_ident(current_schema())::regnamespace ORDER BY c.relname';

/**
 * Drops monthly partitions that have expired for all tenants. Dropping one costs a hundredth of deleting its rows, and
 * returns its space to the volume.
 */
@Injectable()
export class PartitionsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tables: StoredTables,
  ) {}

  /**
   * Returns the names of attached partitions that end by `cutoff` (milliseconds since 1970). SQLite has no partitions.
   * @acrossTenants a partition holds rows of all tenants
   */
  async expiredPartitions({ partitioned, table }: RetainedTable, cutoff: number): Promise<string[]> {
    if (!partitioned || this.unitOfWork.dialect.name === 'sqlite') return [];
    const rows = await this.unitOfWork.readAcrossTenants<{ name: string }>(ATTACHED, [table]);
    return rows.map(({ name }) => name).filter((name) => endOf(name, table) <= cutoff);
  }

  /**
   * Drops a partition and the child rows of its rows, and adds their number to the runs of their tenants.
   *
   * - All of it happens in one transaction.
   * - Rows are counted under a lock that blocks only writers, of which an expired month has none.
   * - Other statements wait only while the partition is detached. That lock request times out quickly and is repeated
   *   while a query reads the table, because writers would queue behind it.
   *
   * @returns the number of dropped rows; undefined, with nothing dropped, if a tenant in the partition has no run
   * @throws DatabaseLockedError if readers kept the partition locked during all attempts
   * @acrossTenants a partition holds rows of all tenants
   */
  async dropPartition(
    name: string,
    { children, table }: RetainedTable,
    runs: ReadonlyMap<string, RetentionRun>,
  ): Promise<number | undefined> {
    return this.unitOfWork.transaction(async (manager) => {
      await manager.query(`SET LOCAL lock_timeout = ${SHARE_LOCK_MS}`);
      await manager.query(`LOCK TABLE "${name}" IN SHARE ROW EXCLUSIVE MODE`);
      const counts = (await manager.query(`SELECT tenant_id, COUNT(*) AS n FROM "${name}" GROUP BY tenant_id`)) as {
        tenant_id: string;
        n: string;
      }[];
      if (counts.some(({ tenant_id }) => !runs.has(tenant_id))) return undefined;
      const [from, to] = [startOf(name, table), endOf(name, table)].map(smallestIdAt);
      for (const { n, tenant_id } of counts) {
        await manager.query('UPDATE retention_runs SET deleted = deleted + $1 WHERE tenant_id = $2 AND id = $3', [
          Number(n),
          tenant_id,
          runs.get(tenant_id)?.id,
        ]);
        for (const child of children)
          await manager.query(
            `DELETE FROM ${child.table} WHERE tenant_id = $1 AND ${child.column} >= $2 AND ${child.column} < $3`,
            [tenant_id, from, to],
          );
      }
      const span = [startOf(name, table), endOf(name, table)].map((time) => new Date(time));
      for (const statement of this.tables.ledgerOf(table)?.ofSpan ?? []) await manager.query(statement, span);
      await detach(manager, table, name);
      await manager.query(`DROP TABLE "${name}"`);
      return counts.reduce((sum, { n }) => sum + Number(n), 0);
    });
  }
}

/**
 * Detaches a partition in up to ten seconds of short attempts. A savepoint keeps the counts between attempts.
 *
 * @throws DatabaseLockedError if no attempt gets the lock
 */
async function detach(manager: EntityManager, table: string, name: string): Promise<void> {
  await manager.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
  for (let attempt = 1; ; attempt++) {
    await manager.query('SAVEPOINT detaching');
    try {
      await manager.query(`ALTER TABLE ${table} DETACH PARTITION "${name}"`);
      return;
    } catch (error) {
      const mapped = toDatabaseError((error as { driverError?: unknown }).driverError ?? error);
      if (!(mapped instanceof DatabaseLockedError) || attempt >= LOCK_ATTEMPTS) throw error;
      await manager.query('ROLLBACK TO SAVEPOINT detaching');
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

/** `predictions_p202611` → first millisecond of November 2026 (UTC). Infinity for other names. */
function startOf(name: string, table: string): number {
  const [, year, month] = new RegExp(`^${table}_p(\\d{4})(\\d{2})$`).exec(name) ?? [];
  return year === undefined ? Infinity : Date.UTC(Number(year), Number(month) - 1, 1);
}

function endOf(name: string, table: string): number {
  const start = startOf(name, table);
  if (start === Infinity) return Infinity;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
