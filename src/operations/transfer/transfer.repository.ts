import {
  type BulkRow,
  Conditions,
  DatabaseSupervisor,
  type Dialect,
  placeholders,
  type TransferTable,
  UnitOfWork,
} from '#persistence';
import { Injectable } from '@nestjs/common';
import { formatTime, smallestIdAt, type TenantContext, type TimeRange } from '#kernel';

const PAGE_ROWS = 1000;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** Reads stored rows for exports, and finds existing rows for imports. */
@Injectable()
export class TransferRepository {
  private readonly knownMonths = new Set<string>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly supervisor: DatabaseSupervisor,
  ) {}

  get dialect(): Dialect {
    return this.unitOfWork.dialect;
  }

  /** Returns rows in order of id, in pages of at most 1,000. `filter` holds values by column. */
  async *pages(
    tenant: TenantContext,
    { insert: { table }, time, timeInId }: TransferTable,
    { from, to }: TimeRange,
    filter: Readonly<Record<string, unknown>>,
  ): AsyncGenerator<Record<string, unknown>[]> {
    const where = new Conditions(this.unitOfWork.dialect)
      .add('id > ?', timeInId && from !== undefined ? smallestIdAt(from) : LOWEST_ID)
      .within(time, { from, to })
      .equal(filter);
    if (timeInId && to !== undefined) where.add('id < ?', smallestIdAt(to));
    if (table === 'feedback_submissions') where.add('deleted_at IS NULL');
    const { values } = where;
    const text = `SELECT * FROM ${table} WHERE ${where} ORDER BY id LIMIT ${PAGE_ROWS}`;
    for (;;) {
      const rows = await this.unitOfWork.read<Record<string, unknown>>(tenant, text, values);
      yield rows;
      if (rows.length < PAGE_ROWS) return;
      values[0] = rows.at(-1)?.id;
    }
  }

  /**
   * Creates the partitions for the given times (milliseconds since 1970). Files may hold records from months that have
   * no partition yet.
   * @acrossTenants a partition holds rows of all tenants
   */
  async ensurePartitions({ timeInId }: TransferTable, times: readonly number[]): Promise<void> {
    if (!timeInId || this.dialect.name === 'sqlite') return;
    const months = new Map(times.map((time) => [formatTime(time).slice(0, 7), time]));
    const unknown = [...months].filter(([month]) => !this.knownMonths.has(month));
    if (unknown.length === 0) return;
    await this.supervisor.ensurePartitionsFor(unknown.map(([, time]) => time));
    for (const [month] of unknown) this.knownMonths.add(month);
  }

  /** Returns the rows that exist already: by their id, or by a name that only one record can have. */
  async findExisting(
    tenant: TenantContext,
    { insert }: TransferTable,
    rows: readonly BulkRow[],
  ): Promise<Set<BulkRow>> {
    const { claims, table } = insert;
    const ids = await this.existingValues(tenant, table, 'id', rows);
    if (!claims) return new Set(rows.filter(({ id }) => ids.has(String(id))));
    const named = rows.filter((row) => row[claims.name] != null);
    const names = await this.existingValues(tenant, claims.table, claims.name, named);
    const known = new Set<BulkRow>();
    for (const row of rows) {
      const name = row[claims.name] == null ? undefined : String(row[claims.name]);
      if (ids.has(String(row.id)) || (name !== undefined && names.has(name))) known.add(row);
      if (name !== undefined) names.add(name);
    }
    return known;
  }

  private async existingValues(
    tenant: TenantContext,
    table: string,
    column: string,
    rows: readonly BulkRow[],
  ): Promise<Set<string>> {
    if (rows.length === 0) return new Set();
    const values = rows.map((row) => row[column]);
    const marks = placeholders(values);
    const found = await this.unitOfWork.findAll<Record<string, unknown>>(
      tenant,
      `SELECT ${column}, tenant_id FROM ${table} WHERE tenant_id = $1 AND ${column} IN (${marks})`,
      values,
    );
    return new Set(found.map((row) => String(row[column])));
  }
}
