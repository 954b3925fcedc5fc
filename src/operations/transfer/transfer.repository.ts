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
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Rows as they are stored, for files. */
@Injectable()
export class TransferRepository {
  private readonly months = new Set<string>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly supervisor: DatabaseSupervisor,
  ) {}

  get dialect(): Dialect {
    return this.unitOfWork.dialect;
  }

  /** By id, in pages of at most 1,000. */
  async *pages(
    tenant: TenantContext,
    { insert: { table }, time, timeInId }: TransferTable,
    { from, to }: TimeRange,
  ): AsyncGenerator<Record<string, unknown>[]> {
    const where = new Conditions(this.unitOfWork.dialect)
      .add('id > ?', timeInId && from !== undefined ? smallestIdAt(from) : FIRST)
      .within(time, { from, to });
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
   * Files may hold what is older than all that is here: each month of a partitioned table needs a place first.
   * @acrossTenants a partition holds rows of all tenants
   */
  async makeRoomFor({ timeInId }: TransferTable, times: readonly number[]): Promise<void> {
    if (!timeInId || this.dialect.name === 'sqlite') return;
    const months = new Map(times.map((time) => [formatTime(time).slice(0, 7), time]));
    const unknown = [...months].filter(([month]) => !this.months.has(month));
    if (unknown.length === 0) return;
    await this.supervisor.makeRoomFor(unknown.map(([, time]) => time));
    for (const [month] of unknown) this.months.add(month);
  }

  /** Which of these rows are there: their id, or a name of theirs that is one record's alone. */
  async known(tenant: TenantContext, { insert }: TransferTable, rows: readonly BulkRow[]): Promise<Set<BulkRow>> {
    const { claims, table } = insert;
    const ids = await this.thoseThere(tenant, table, 'id', rows);
    if (!claims) return new Set(rows.filter(({ id }) => ids.has(String(id))));
    const named = rows.filter((row) => row[claims.name] != null);
    const names = await this.thoseThere(tenant, claims.table, claims.name, named);
    const known = new Set<BulkRow>();
    for (const row of rows) {
      const name = row[claims.name] == null ? undefined : String(row[claims.name]);
      if (ids.has(String(row.id)) || (name !== undefined && names.has(name))) known.add(row);
      if (name !== undefined) names.add(name);
    }
    return known;
  }

  private async thoseThere(
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
