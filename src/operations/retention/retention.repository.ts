import {
  placeholders,
  type RetainedTable,
  RETENTION_KINDS,
  type RetentionKind,
  RetentionRunEntity,
  RetentionSettingEntity,
  StoredTables,
  UnitOfWork,
} from '#persistence';
import { type Actor, type TenantContext, uuidv7 } from '#kernel';
import { Injectable } from '@nestjs/common';
import { writeAudit } from '#security';
import type { RetentionRun } from './retention.js';

interface RunRow {
  id: string;
  tenant_id: string;
  kind: string;
  cutoff: unknown;
  started_at: unknown;
  finished_at: unknown;
  deleted: number;
}

const RUN_COLUMNS = 'id, tenant_id, kind, cutoff, started_at, finished_at, deleted';

/** Which tenant keeps what for how long, and the deletions that follow. */
@Injectable()
export class RetentionRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tables: StoredTables,
  ) {}

  /**
   * Lists the ids of all tenants.
   * @acrossTenants the job runs for each of them
   */
  async tenantIds(): Promise<string[]> {
    const rows = await this.unitOfWork.readAcrossTenants<{ id: string }>('SELECT id FROM tenants ORDER BY id', []);
    return rows.map(({ id }) => id);
  }

  /** What the tenant chose, by kind. */
  async settings(tenant: TenantContext): Promise<Map<RetentionKind, number>> {
    const rows = await this.unitOfWork.findAll<{ kind: string; days: number }>(
      tenant,
      'SELECT kind, days FROM retention_settings WHERE tenant_id = $1',
      [],
    );
    return new Map(rows.map(({ days, kind }) => [kind as RetentionKind, days]));
  }

  /** Null goes back to the configuration. */
  async saveSettings(
    tenant: TenantContext,
    wanted: Partial<Record<RetentionKind, number | null>>,
    by: Actor,
  ): Promise<void> {
    const { tenantId } = tenant;
    await this.unitOfWork.change(async (manager) => {
      for (const kind of RETENTION_KINDS) {
        const days = wanted[kind];
        if (days === undefined) continue;
        await manager.delete(RetentionSettingEntity, { tenantId, kind });
        if (days !== null) await manager.insert(RetentionSettingEntity, { tenantId, kind, days });
      }
      await writeAudit(manager, tenant, by, { action: 'retention.change', target: tenantId, details: { ...wanted } });
    });
  }

  /**
   * Begins a run, or takes over one whose server has been silent since `abandoned`. Undefined while another server works on it.
   * Whoever takes over keeps the cutoff of the first.
   */
  async open(
    tenant: TenantContext,
    {
      abandoned,
      cutoff,
      kind,
      now,
      runner,
    }: { kind: RetentionKind; cutoff: number; now: number; abandoned: number; runner: string },
  ): Promise<RetentionRun | undefined> {
    const { dialect } = this.unitOfWork;
    const { tenantId } = tenant;
    const time = (ms: number): unknown => dialect.time(ms);
    const rows = await this.unitOfWork.write(async (session) => {
      const made = await session.query<RunRow>(
        'INSERT INTO retention_runs (id, tenant_id, kind, cutoff, started_at, heartbeat_at, runner, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ' +
          `ON CONFLICT (tenant_id, kind) WHERE finished_at IS NULL DO NOTHING RETURNING ${RUN_COLUMNS}`,
        [uuidv7(now), tenantId, kind, time(cutoff), time(now), time(now), runner],
      );
      if (made.length > 0) return made;
      return session.query<RunRow>(
        'UPDATE retention_runs SET runner = $1, heartbeat_at = $2 WHERE tenant_id = $3 AND kind = $4 AND finished_at IS NULL ' +
          `AND (heartbeat_at < $5 OR runner = $1) RETURNING ${RUN_COLUMNS}`,
        [runner, time(now), tenantId, kind, time(abandoned)],
      );
    });
    return rows[0] && this.toRun(rows[0]);
  }

  /** Whether a run of this kind began since `since`. */
  async hasRunSince(tenant: TenantContext, kind: RetentionKind, since: number): Promise<boolean> {
    const row = await this.unitOfWork.find(
      tenant,
      'SELECT id FROM retention_runs WHERE tenant_id = $1 AND kind = $2 AND started_at >= $3 AND finished_at IS NOT NULL LIMIT 1',
      [kind, this.unitOfWork.dialect.time(since)],
    );
    return row !== undefined;
  }

  async count(tenant: TenantContext, { table, time }: RetainedTable, cutoff: number): Promise<number> {
    const rows = await this.unitOfWork.read<{ n: unknown }>(
      tenant,
      `SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = $1 AND ${time} < $2`,
      [this.unitOfWork.dialect.time(cutoff)],
    );
    return Number(rows[0]?.n ?? 0);
  }

  /** Ids of the next rows that are past their time, the oldest first. */
  async expired(
    tenant: TenantContext,
    { table, time }: RetainedTable,
    cutoff: number,
    limit: number,
  ): Promise<string[]> {
    const rows = await this.unitOfWork.read<{ id: string }>(
      tenant,
      `SELECT id FROM ${table} WHERE tenant_id = $1 AND ${time} < $2 ORDER BY ${time} LIMIT $3`,
      [this.unitOfWork.dialect.time(cutoff), limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Whole rows as they are stored, encrypted values encrypted, and those that go with them; by table. */
  async rows(
    tenant: TenantContext,
    { children, table }: RetainedTable,
    ids: readonly string[],
  ): Promise<[string, unknown[]][]> {
    const list = placeholders(ids);
    const all: [string, unknown[]][] = [];
    for (const { column, name } of [
      { name: table, column: 'id' },
      ...children.map((each) => ({ name: each.table, column: each.column })),
    ])
      all.push([
        name,
        await this.unitOfWork.read(
          tenant,
          `SELECT * FROM ${name} WHERE tenant_id = $1 AND ${column} IN (${list})`,
          ids,
        ),
      ]);
    return all;
  }

  /**
   * Deletes rows and what goes with them, and counts them in the same transaction. Undefined when another server has taken the run
   * over: nothing was deleted then.
   */
  async deleteRows(
    tenant: TenantContext,
    run: RetentionRun,
    { before, children, table }: RetainedTable,
    { ids, now, runner }: { ids: readonly string[]; now: number; runner: string },
  ): Promise<number | undefined> {
    const { tenantId } = tenant;
    const list = placeholders(ids);
    return this.unitOfWork.write(async (session) => {
      const ours = await session.query(
        'UPDATE retention_runs SET heartbeat_at = $1 WHERE id = $2 AND tenant_id = $3 AND runner = $4 AND finished_at IS NULL RETURNING id',
        [this.unitOfWork.dialect.time(now), run.id, tenantId, runner],
      );
      if (ours.length === 0) return undefined;
      if (before) await session.query(before(list), [tenantId, ...ids]);
      for (const child of children)
        await session.query(`DELETE FROM ${child.table} WHERE tenant_id = $1 AND ${child.column} IN (${list})`, [
          tenantId,
          ...ids,
        ]);
      const ledger = this.tables.ledgerOf(table);
      const deleted = await session.query<Record<string, unknown>>(
        `DELETE FROM ${table} WHERE tenant_id = $1 AND id IN (${list}) RETURNING ${ledger?.columns.join(', ') ?? 'id'}`,
        [tenantId, ...ids],
      );
      if (ledger && deleted.length > 0) await session.insert(ledger.entries(deleted, this.unitOfWork.dialect));
      await session.query('UPDATE retention_runs SET deleted = deleted + $1 WHERE tenant_id = $2 AND id = $3', [
        deleted.length,
        tenantId,
        run.id,
      ]);
      return deleted.length;
    });
  }

  /** @returns the run as it ended; undefined when another server has it */
  async finish(tenant: TenantContext, id: string, runner: string, now: number): Promise<RetentionRun | undefined> {
    const rows = await this.unitOfWork.write((session) =>
      session.query<RunRow>(
        `UPDATE retention_runs SET finished_at = $1, heartbeat_at = $1 WHERE tenant_id = $2 AND id = $3 AND runner = $4 RETURNING ${RUN_COLUMNS}`,
        [this.unitOfWork.dialect.time(now), tenant.tenantId, id, runner],
      ),
    );
    return rows[0] && this.toRun(rows[0]);
  }

  /** Newest first. */
  async recent(tenant: TenantContext, limit: number): Promise<RetentionRun[]> {
    const rows = await this.unitOfWork.read<RunRow>(
      tenant,
      `SELECT ${RUN_COLUMNS} FROM retention_runs WHERE tenant_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2`,
      [limit],
    );
    return rows.map((row) => this.toRun(row));
  }

  /**
   * Deletes the records of old runs.
   * @acrossTenants housekeeping of the installation
   */
  async forgetRuns(before: number): Promise<void> {
    await this.unitOfWork.transaction((manager) =>
      manager
        .createQueryBuilder()
        .delete()
        .from(RetentionRunEntity)
        .where('finished_at < :before', { before: this.unitOfWork.dialect.time(before) })
        .execute(),
    );
  }

  private toRun(row: RunRow): RetentionRun {
    const { dialect } = this.unitOfWork;
    return {
      id: row.id,
      tenantId: row.tenant_id,
      kind: row.kind as RetentionKind,
      cutoff: dialect.readTime(row.cutoff),
      startedAt: dialect.readTime(row.started_at),
      finishedAt: row.finished_at == null ? null : dialect.readTime(row.finished_at),
      deleted: row.deleted,
    };
  }
}
