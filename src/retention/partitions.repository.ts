import { Injectable } from '@nestjs/common';
import { smallestIdAt } from '../common/index.js';
import { type RetainedTable, UnitOfWork } from '../persistence/index.js';
import type { RetentionRun } from './retention.js';

/** Waiting longer would hold up everybody who comes after us; the next run tries again. */
const LOCK_MS = 200;
const ATTACHED =
  'SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent ' +
  'WHERE p.relname = $1 AND p.relnamespace = current_schema()::regnamespace ORDER BY c.relname';

/** Whole months that are past everybody's time. Dropping one costs a hundredth of deleting its rows, and gives the space back. */
@Injectable()
export class PartitionsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Names of the attached partitions that end before `cutoff`; none on SQLite. About the installation, not about a tenant. */
  async expiredPartitions({ partitioned, table }: RetainedTable, cutoff: number): Promise<string[]> {
    if (!partitioned || this.unitOfWork.dialect.name === 'sqlite') return [];
    const rows = await this.unitOfWork.readAcrossTenants<{ name: string }>(ATTACHED, [table]);
    return rows.map(({ name }) => name).filter((name) => endOf(name, table) <= cutoff);
  }

  /**
   * Counts what a partition holds into the runs of its tenants, and drops it with what belonged to its rows, in one transaction. The
   * count is made under a lock that only keeps writers away, of whom there are none; readers wait for the moment of the detachment
   * alone. Answers how many rows went; undefined when it holds rows of a tenant without a run.
   */
  async dropPartition(
    name: string,
    { children, table }: RetainedTable,
    runs: ReadonlyMap<string, RetentionRun>,
  ): Promise<number | undefined> {
    return this.unitOfWork.transaction(async (manager) => {
      await manager.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
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
      await manager.query(`ALTER TABLE ${table} DETACH PARTITION "${name}"`);
      await manager.query(`DROP TABLE "${name}"`);
      return counts.reduce((sum, { n }) => sum + Number(n), 0);
    });
  }
}

/** `predictions_p202611` → the first millisecond of November 2026 (UTC); Infinity for a name that is not ours. */
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
