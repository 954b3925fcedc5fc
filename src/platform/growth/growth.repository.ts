import { Injectable } from '@nestjs/common';
import { DAY_MS, type TenantContext } from '#kernel';
import { BulkInsert, UnitOfWork } from '#persistence';
import type { GrowthSample } from './growth.js';

const INSERT = new BulkInsert(
  'growth_samples',
  {
    tenant_id: 'uuid',
    table_name: 'text',
    day: 'timestamp',
    sampled_at: 'timestamp',
    total_rows: 'count',
    total_bytes: 'count',
  },
  { key: ['tenant_id', 'table_name', 'day'], newer: 'sampled_at' },
);

const PARTITIONS = 'SELECT SUM(pg_total_relation_size(relid)) AS bytes FROM pg_partition_tree($1::regclass)';
const RELATION = 'SELECT pg_total_relation_size($1::regclass) AS bytes';
/** Size of the pages of a table and of its indexes. */
const PAGES =
  'SELECT SUM(pgsize) AS bytes FROM dbstat WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_schema WHERE tbl_name = $1)';

interface Row {
  tenant_id: string;
  table_name: string;
  sampled_at: unknown;
  total_rows: number;
  total_bytes: number;
}

/** Measures tables and stores the samples. */
@Injectable()
export class GrowthRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Counts rows by tenant. `text` selects `tenant_id` and `n`; it is a constant of the product, never caller input.
   * @acrossTenants the job counts for each tenant
   */
  async countRows(text: string): Promise<Map<string, number>> {
    const rows = await this.unitOfWork.readAcrossTenants<{ tenant_id: string; n: number | string }>(text, []);
    return new Map(rows.map(({ n, tenant_id }) => [tenant_id, Number(n)]));
  }

  /**
   * Returns the size of a table with its indexes, in bytes. On SQLite this reads the header of every page.
   * @acrossTenants tables are shared by all tenants
   */
  async tableBytes(table: string, partitioned: boolean): Promise<number> {
    const text = this.unitOfWork.dialect.name === 'sqlite' ? PAGES : partitioned ? PARTITIONS : RELATION;
    const [row] = await this.unitOfWork.readAcrossTenants<{ bytes: number | string | null }>(text, [table]);
    return Number(row?.bytes ?? 0);
  }

  /**
   * Saves one sample per day; a later sample of the same day replaces it.
   * @acrossTenants the job saves for each tenant
   */
  async save(samples: readonly GrowthSample[]): Promise<void> {
    const rows = samples.map(({ bytes, rows: total, sampledAt, table, tenantId }) => ({
      tenant_id: tenantId,
      table_name: table,
      day: Math.floor(sampledAt / DAY_MS) * DAY_MS,
      sampled_at: sampledAt,
      total_rows: total,
      total_bytes: bytes,
    }));
    await this.unitOfWork.write((session) => session.insert([{ insert: INSERT, rows }]));
  }

  /**
   * Deletes the samples of the days before a time, in milliseconds since 1970.
   * @acrossTenants housekeeping of the installation
   */
  async deleteSamples(before: number): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query('DELETE FROM growth_samples WHERE day < $1', [this.unitOfWork.dialect.time(before)]),
    );
  }

  /** Returns the samples of a tenant since a time in milliseconds since 1970, oldest first. */
  async samples(tenant: TenantContext, since: number): Promise<GrowthSample[]> {
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      'SELECT * FROM growth_samples WHERE tenant_id = $1 AND day >= $2 ORDER BY day',
      [this.unitOfWork.dialect.time(since)],
    );
    return rows.map((row) => this.toSample(row));
  }

  /**
   * Returns the samples of all tenants since a time in milliseconds since 1970, oldest first.
   * @acrossTenants metrics of the installation
   */
  async samplesOfAll(since: number): Promise<GrowthSample[]> {
    const rows = await this.unitOfWork.readAcrossTenants<Row>(
      'SELECT * FROM growth_samples WHERE day >= $1 ORDER BY day',
      [this.unitOfWork.dialect.time(since)],
    );
    return rows.map((row) => this.toSample(row));
  }

  private toSample(row: Row): GrowthSample {
    return {
      tenantId: row.tenant_id,
      table: row.table_name,
      rows: Number(row.total_rows),
      bytes: Number(row.total_bytes),
      sampledAt: this.unitOfWork.dialect.readTime(row.sampled_at),
    };
  }
}
