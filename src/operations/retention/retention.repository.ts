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

/** Stores retention periods and runs, and deletes expired rows. */
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

  /** Returns the periods that the tenant chose, in days, by kind. */
  async settings(tenant: TenantContext): Promise<Map<RetentionKind, number>> {
    const rows = await this.unitOfWork.findAll<{ kind: string; days: number }>(
      tenant,
      'SELECT kind, days FROM retention_settings WHERE tenant_id = $1',
      [],
    );
    return new Map(rows.map(({ days, kind }) => [kind as RetentionKind, days]));
  }

  /** Saves the periods of a tenant, in days, with an audit entry. Null restores the configured period. */
  async saveSettings(
    tenant: TenantContext,
    changes: Partial<Record<RetentionKind, number | null>>,
    actor: Actor,
  ): Promise<void> {
    const { tenantId } = tenant;
    await this.unitOfWork.change(async (manager) => {
      for (const kind of RETENTION_KINDS) {
        const days = changes[kind];
        if (days === undefined) continue;
        await manager.delete(RetentionSettingEntity, { tenantId, kind });
        if (days !== null) await manager.insert(RetentionSettingEntity, { tenantId, kind, days });
      }
      await writeAudit(manager, tenant, actor, {
        action: 'retention.change',
        target: tenantId,
        details: { ...changes },
      });
    });
  }

  /**
   * Starts a run, or takes over a run whose server has sent no heartbeat since `abandoned`. All times are milliseconds
   * since 1970. A run that is taken over keeps its cutoff.
   *
   * @returns undefined while another server works on the run
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
      const inserted = await session.query<RunRow>(
        'INSERT INTO retention_runs (id, tenant_id, kind, cutoff, started_at, heartbeat_at, runner, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ' +
          `ON CONFLICT (tenant_id, kind) WHERE finished_at IS NULL DO NOTHING RETURNING ${RUN_COLUMNS}`,
        [uuidv7(now), tenantId, kind, time(cutoff), time(now), time(now), runner],
      );
      if (inserted.length > 0) return inserted;
      return session.query<RunRow>(
        'UPDATE retention_runs SET runner = $1, heartbeat_at = $2 WHERE tenant_id = $3 AND kind = $4 AND finished_at IS NULL ' +
          `AND (heartbeat_at < $5 OR runner = $1) RETURNING ${RUN_COLUMNS}`,
        [runner, time(now), tenantId, kind, time(abandoned)],
      );
    });
    return rows[0] && this.toRun(rows[0]);
  }

  /** Whether a finished run of this kind started at or after `since` (milliseconds since 1970). */
  async hasRunSince(tenant: TenantContext, kind: RetentionKind, since: number): Promise<boolean> {
    const row = await this.unitOfWork.find(
      tenant,
      'SELECT id FROM retention_runs WHERE tenant_id = $1 AND kind = $2 AND started_at >= $3 AND finished_at IS NOT NULL LIMIT 1',
      [kind, this.unitOfWork.dialect.time(since)],
    );
    return row !== undefined;
  }

  /** Counts the rows from before `cutoff` (milliseconds since 1970). */
  async count(tenant: TenantContext, { table, time }: RetainedTable, cutoff: number): Promise<number> {
    const rows = await this.unitOfWork.read<{ n: unknown }>(
      tenant,
      `SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = $1 AND ${time} < $2`,
      [this.unitOfWork.dialect.time(cutoff)],
    );
    return Number(rows[0]?.n ?? 0);
  }

  /** Returns the ids of the next expired rows, oldest first. */
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

  /** Returns rows and their child rows, by table, as they are stored: encrypted values stay encrypted. */
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
   * Deletes rows and their child rows, and counts them in the same transaction.
   *
   * @returns the number of deleted rows, without child rows; undefined if another server has taken over the run, in
   *   which case nothing was deleted
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
      const renewed = await session.query(
        'UPDATE retention_runs SET heartbeat_at = $1 WHERE id = $2 AND tenant_id = $3 AND runner = $4 AND finished_at IS NULL RETURNING id',
        [this.unitOfWork.dialect.time(now), run.id, tenantId, runner],
      );
      if (renewed.length === 0) return undefined;
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

  /** Marks a run as finished. @returns the finished run; undefined if another server has taken it over */
  async finish(tenant: TenantContext, id: string, runner: string, now: number): Promise<RetentionRun | undefined> {
    const rows = await this.unitOfWork.write((session) =>
      session.query<RunRow>(
        `UPDATE retention_runs SET finished_at = $1, heartbeat_at = $1 WHERE tenant_id = $2 AND id = $3 AND runner = $4 RETURNING ${RUN_COLUMNS}`,
        [this.unitOfWork.dialect.time(now), tenant.tenantId, id, runner],
      ),
    );
    return rows[0] && this.toRun(rows[0]);
  }

  /** Returns runs, newest first. */
  async recent(tenant: TenantContext, limit: number): Promise<RetentionRun[]> {
    const rows = await this.unitOfWork.read<RunRow>(
      tenant,
      `SELECT ${RUN_COLUMNS} FROM retention_runs WHERE tenant_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2`,
      [limit],
    );
    return rows.map((row) => this.toRun(row));
  }

  /**
   * Deletes the runs that finished before `before` (milliseconds since 1970).
   * @acrossTenants housekeeping of the installation
   */
  async deleteRunsBefore(before: number): Promise<void> {
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
