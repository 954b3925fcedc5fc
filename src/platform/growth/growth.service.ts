import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, HOUR_MS, type TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Metrics } from '#observability';
import { WhileDatabaseUp } from '#scheduling';
import { StoredTables } from '#persistence';
import { type GrowthSample, growthOf, type TableGrowth } from './growth.js';
import { GrowthRepository } from './growth.repository.js';

const FIRST_SAMPLE_DELAY_MS = 1000;
const RATE_DAYS = 30;
const RETENTION_DAYS = 400;
/** Limits the number of time series: only the largest tenants have metrics. */
const MAX_TENANTS = 100;

/**
 * Measures the size and growth of each table by tenant, soon after the start and then every hour. Probes and metrics read
 * the latest sample from memory.
 */
@Injectable()
export class GrowthService {
  private latest: ReadonlyMap<string, TableGrowth[]> = new Map();
  private readonly added = new Map<string, number>();

  constructor(
    private readonly repository: GrowthRepository,
    private readonly tables: StoredTables,
    config: FeedbackLoopConfig,
    metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const totals = (read: (growth: TableGrowth) => number) => () => this.totals(read);
    metrics.gauge(
      'table_rows',
      'Rows of a table.',
      totals(({ rows }) => rows),
      ['table'],
    );
    metrics.gauge(
      'table_bytes',
      'Bytes of a table with its indexes.',
      totals(({ bytes }) => bytes),
      ['table'],
    );
    metrics.gauge(
      'table_rows_per_day',
      'Growth of a table in rows per day.',
      totals(({ rowsPerDay }) => rowsPerDay ?? 0),
      ['table'],
    );
    metrics.gauge(
      'table_bytes_in_30_days',
      'Bytes of a table in 30 days at the current rate of growth.',
      totals(({ bytes, in30Days }) => in30Days?.bytes ?? bytes),
      ['table'],
    );
    if (!config.observability.metricsByTenant) return;
    const byTenant = (read: (growth: TableGrowth) => number) => () => this.byTenant(read);
    metrics.gauge(
      'tenant_table_rows',
      'Rows of a tenant in a table.',
      byTenant(({ rows }) => rows),
      ['tenant', 'table'],
    );
    metrics.gauge(
      'tenant_table_bytes',
      'Bytes of a tenant in a table, in proportion to its rows.',
      byTenant(({ bytes }) => bytes),
      ['tenant', 'table'],
    );
    metrics.gauge(
      'tenant_table_rows_per_day',
      'Growth of a tenant in a table in rows per day.',
      byTenant(({ rowsPerDay }) => rowsPerDay ?? 0),
      ['tenant', 'table'],
    );
  }

  /** Returns the rows of all tenants: the latest sample plus the rows that this server has added since. */
  total(table: string): number {
    const sampled = [...this.latest.values()]
      .flat()
      .reduce((sum, each) => sum + (each.table === table ? each.rows : 0), 0);
    return sampled + (this.added.get(table) ?? 0);
  }

  /** Counts rows that were added since the latest sample, for `total`. */
  recordAdded(table: string, rows: number): void {
    this.added.set(table, (this.added.get(table) ?? 0) + rows);
  }

  /** Returns the latest growth of each table of a tenant from memory; empty before the first sample. */
  of({ tenantId }: TenantContext): TableGrowth[] {
    return this.latest.get(tenantId) ?? [];
  }

  @WhileDatabaseUp({ name: 'growth.sample', every: HOUR_MS, first: FIRST_SAMPLE_DELAY_MS })
  async sample(): Promise<void> {
    const sampledAt = this.clock.now();
    const samples: GrowthSample[] = [];
    this.added.clear();
    for (const { partitioned, rows: text, table } of this.tables.growing) {
      const counts = await this.repository.countRows(
        text ?? `SELECT tenant_id, COUNT(*) AS n FROM ${table} GROUP BY tenant_id`,
      );
      const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
      const bytes = all === 0 ? 0 : await this.repository.tableBytes(table, partitioned);
      for (const [tenantId, rows] of counts)
        samples.push({ tenantId, table, rows, bytes: all === 0 ? 0 : Math.round((bytes * rows) / all), sampledAt });
    }
    if (samples.length > 0) await this.repository.save(samples);
    await this.repository.deleteSamples(sampledAt - RETENTION_DAYS * DAY_MS);
    const known = await this.repository.samplesOfAll(sampledAt - RATE_DAYS * DAY_MS);
    const tenants = byKey(known, ({ tenantId }) => tenantId);
    this.latest = new Map(
      [...tenants].map(([tenantId, own]) => [
        tenantId,
        [...byKey(own, ({ table }) => table)].map(([table, series]) => growthOf(table, series)),
      ]),
    );
  }

  private totals(read: (growth: TableGrowth) => number): { labels: Record<string, string>; value: number }[] {
    const sums = new Map<string, number>();
    for (const growth of [...this.latest.values()].flat())
      sums.set(growth.table, (sums.get(growth.table) ?? 0) + read(growth));
    return [...sums].map(([table, value]) => ({ labels: { table }, value }));
  }

  private byTenant(read: (growth: TableGrowth) => number): { labels: Record<string, string>; value: number }[] {
    const size = (tables: TableGrowth[]): number => tables.reduce((sum, { bytes }) => sum + bytes, 0);
    return [...this.latest]
      .sort(([, a], [, b]) => size(b) - size(a))
      .slice(0, MAX_TENANTS)
      .flatMap(([tenant, tables]) =>
        tables.map((growth) => ({ labels: { tenant, table: growth.table }, value: read(growth) })),
      );
  }
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const list = groups.get(keyOf(item));
    if (list) list.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
