import { Injectable } from '@nestjs/common';
import { HOUR_MS, smallestIdAt, type TenantContext } from '#kernel';
import { type BulkInsert, UnitOfWork, type WriteSession } from '#persistence';
import { fold, type Histogram, type Rollup, rollUpHours } from './rollup.js';
import { DAYS, group, HOURS, RETIRED, ROLLED_UP_COLUMNS, toRolledUp } from './rollup-insert.js';

/** Number of predictions that are read at a time. */
const PAGE_ROWS = 5000;

type Read = <Row>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/**
 * Reads, merges and replaces stored rollups, and computes the rollups of stored predictions. Times are in milliseconds
 * since 1970.
 */
@Injectable()
export class RollupsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Returns the ids of all tenants.
   * @acrossTenants the audit covers all tenants
   */
  async tenantIds(): Promise<string[]> {
    const rows = await this.unitOfWork.readAcrossTenants<{ id: string }>('SELECT id FROM tenants ORDER BY id', []);
    return rows.map(({ id }) => id);
  }

  /**
   * Returns at most `limit` buckets that start before `before` and still have rows of single writers.
   * @acrossTenants housekeeping of the installation
   */
  async unfolded(insert: BulkInsert, before: number, limit: number): Promise<{ tenantId: string; start: number }[]> {
    const { dialect } = this.unitOfWork;
    const rows = await this.unitOfWork.readAcrossTenants<{ tenant_id: string; start: unknown }>(
      `SELECT DISTINCT tenant_id, start FROM ${insert.table} WHERE start < $1 AND writer <> '' ORDER BY start, tenant_id LIMIT $2`,
      [dialect.time(before), limit],
    );
    return rows.map(({ start, tenant_id }) => ({ tenantId: tenant_id, start: dialect.readTime(start) }));
  }

  /**
   * Merges the rows of all writers of a bucket. A concurrent write creates a new row. Returns the number of merged
   * rows.
   */
  async fold(tenant: TenantContext, insert: BulkInsert, start: number): Promise<number> {
    return this.unitOfWork.write(async (session) => {
      const rows = await session.query<Record<string, unknown>>(
        `DELETE FROM ${insert.table} WHERE tenant_id = $1 AND start = $2 AND writer <> '' RETURNING *`,
        [tenant.tenantId, this.unitOfWork.dialect.time(start)],
      );
      if (rows.length === 0) return 0;
      const folded = fold(
        rows.map((row) => this.toRollup(row)),
        '',
      );
      await session.insert([group(insert, folded)]);
      await this.mergePending(session, tenant, insert, start, start + 1);
      return rows.length;
    });
  }

  /** Returns the start of the first hour at or after `from` with predictions or rollups. */
  async nextHour(tenant: TenantContext, from: number): Promise<number | undefined> {
    const { dialect } = this.unitOfWork;
    const first = (column: string, table: string, where = ''): string =>
      `SELECT MIN(${column}) AS at FROM ${table} WHERE tenant_id = $1 AND ${column} >= $2${where}`;
    const rows = await this.unitOfWork.read<{ at: unknown }>(
      tenant,
      [
        first('timestamp', 'predictions', ' AND id >= $3'),
        first('start', HOURS.table),
        first('start', DAYS.table),
        first('start', RETIRED.table),
      ].join(' UNION ALL '),
      [dialect.time(from), smallestIdAt(from)],
    );
    const times = rows.flatMap(({ at }) => (at == null ? [] : [dialect.readTime(at)]));
    return times.length === 0 ? undefined : Math.floor(Math.min(...times) / HOUR_MS) * HOUR_MS;
  }

  /**
   * Returns the stored rollups of a span, and those computed from stored and retired predictions, merged over all
   * writers.
   */
  async compare(tenant: TenantContext, from: number, to: number): Promise<{ stored: Rollup[]; counted: Rollup[] }> {
    const read: Read = (text, values) => this.unitOfWork.read(tenant, text, values.slice(1));
    return {
      stored: fold(await this.rollups(read, tenant, HOURS, from, to), ''),
      counted: await this.counted(read, tenant, from, to),
    };
  }

  /** Returns the rollups of a span from the table of `insert`, merged over all writers. */
  async stored(tenant: TenantContext, insert: BulkInsert, from: number, to: number): Promise<Rollup[]> {
    const read: Read = (text, values) => this.unitOfWork.read(tenant, text, values.slice(1));
    return fold(await this.rollups(read, tenant, insert, from, to), '');
  }

  /**
   * Replaces the rollups of an hour with those computed from stored and retired predictions. Writers wait meanwhile.
   */
  async rebuildHour(tenant: TenantContext, start: number): Promise<void> {
    await this.exclusively(async (session) => {
      const read: Read = (text, values) => session.query(text, values);
      const counted = await this.counted(read, tenant, start, start + HOUR_MS);
      await this.replace(session, tenant, HOURS, start, start + HOUR_MS, counted);
    });
  }

  /** Replaces the rollups of a day with those that `toDays` computes from its hours. Writers wait meanwhile. */
  async rebuildDay(
    tenant: TenantContext,
    start: number,
    end: number,
    toDays: (hours: Rollup[]) => Rollup[],
  ): Promise<void> {
    await this.exclusively(async (session) => {
      const read: Read = (text, values) => session.query(text, values);
      const hours = await this.rollups(read, tenant, HOURS, start, end);
      await this.replace(session, tenant, DAYS, start, end, toDays(hours));
    });
  }

  /** Runs `work` in a transaction during which no other writer changes rollups. */
  private async exclusively<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    return this.unitOfWork.write(async (session) => {
      if (this.unitOfWork.dialect.name === 'postgresql')
        await session.query(
          `LOCK TABLE ${HOURS.table}, ${DAYS.table}, ${RETIRED.table} IN SHARE ROW EXCLUSIVE MODE`,
          [],
        );
      return work(session);
    });
  }

  private async replace(
    session: WriteSession,
    { tenantId }: TenantContext,
    insert: BulkInsert,
    from: number,
    to: number,
    rollups: Rollup[],
  ): Promise<void> {
    const { dialect } = this.unitOfWork;
    await session.query(`DELETE FROM ${insert.table} WHERE tenant_id = $1 AND start >= $2 AND start < $3`, [
      tenantId,
      dialect.time(from),
      dialect.time(to),
    ]);
    if (rollups.length > 0) await session.insert([group(insert, rollups)]);
    await this.mergePending(session, { tenantId }, insert, from, to);
  }

  /** Merges pending histogram counts into rows that are unlikely to change soon. */
  private async mergePending(
    session: WriteSession,
    { tenantId }: TenantContext,
    { table }: BulkInsert,
    from: number,
    to: number,
  ): Promise<void> {
    const { dialect } = this.unitOfWork;
    if (dialect.name === 'sqlite') return;
    const sums = ['confidence_histogram', 'latency_histogram'].map(
      (name) => `${name} = merge_histograms(${name}, ${name}_pending), ${name}_pending = ''`,
    );
    await session.query(
      `UPDATE ${table} SET ${sums.join(', ')} WHERE tenant_id = $1 AND start >= $2 AND start < $3 AND writer = ''`,
      [tenantId, dialect.time(from), dialect.time(to)],
    );
  }

  private async counted(read: Read, tenant: TenantContext, from: number, to: number): Promise<Rollup[]> {
    const parts = await this.rollups(read, tenant, RETIRED, from, to);
    let after: { time: unknown; id: string } | undefined;
    do {
      const rows = await this.page(read, tenant, from, to, after);
      parts.push(
        ...rollUpHours(
          rows.map((row) => toRolledUp(row, this.unitOfWork.dialect)),
          '',
        ),
      );
      const last = rows.at(-1);
      after = rows.length < PAGE_ROWS || !last ? undefined : { time: last.timestamp, id: last.id };
    } while (after);
    return fold(parts, '');
  }

  private async page(
    read: Read,
    { tenantId }: TenantContext,
    from: number,
    to: number,
    after: { time: unknown; id: string } | undefined,
  ): Promise<(Record<string, unknown> & { id: string })[]> {
    const { dialect } = this.unitOfWork;
    const afterLast = after ? 'AND (timestamp, id) > ($6, $7) ' : '';
    return read(
      `SELECT id, ${ROLLED_UP_COLUMNS.join(', ')} FROM predictions WHERE tenant_id = $1 AND timestamp >= $2 AND timestamp < $3 ` +
        `AND id >= $4 AND id < $5 ${afterLast}ORDER BY timestamp, id LIMIT ${PAGE_ROWS}`,
      [
        tenantId,
        dialect.time(from),
        dialect.time(to),
        smallestIdAt(from),
        smallestIdAt(to),
        ...(after ? [after.time, after.id] : []),
      ],
    );
  }

  private async rollups(
    read: Read,
    { tenantId }: TenantContext,
    insert: BulkInsert,
    from: number,
    to: number,
  ): Promise<Rollup[]> {
    const { dialect } = this.unitOfWork;
    const rows = await read<Record<string, unknown>>(
      `SELECT * FROM ${insert.table} WHERE tenant_id = $1 AND start >= $2 AND start < $3`,
      [tenantId, dialect.time(from), dialect.time(to)],
    );
    return rows.map((row) => this.toRollup(row));
  }

  private toRollup(row: Record<string, unknown>): Rollup {
    const { readBoolean, readJson, readTime } = this.unitOfWork.dialect;
    const time = (value: unknown): number | null => (value == null ? null : readTime(value));
    const raw = row as unknown as Rollup;
    return {
      ...raw,
      start: readTime(row.start),
      cache_hit: readBoolean(row.cache_hit),
      predictions: Number(row.predictions),
      confidence_count: Number(row.confidence_count),
      confidence_sum: BigInt(raw.confidence_sum),
      latency_count: Number(row.latency_count),
      latency_sum: BigInt(raw.latency_sum),
      earliest: time(row.earliest),
      latest: time(row.latest),
      confidence_histogram: histogram(readJson(row.confidence_histogram), row.confidence_histogram_pending),
      latency_histogram: histogram(readJson(row.latency_histogram), row.latency_histogram_pending),
    };
  }
}

/** Returns a stored histogram plus its pending counts. */
function histogram(stored: Histogram | null, pending: unknown): Histogram {
  const sum = { ...stored };
  for (const part of String(pending).split(' ')) {
    const [bucket, n] = part.split(':');
    if (bucket !== undefined && n !== undefined) sum[bucket] = (sum[bucket] ?? 0) + Number(n);
  }
  return sum;
}
