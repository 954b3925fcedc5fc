import { Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS, type TenantContext } from '#kernel';
import { UnitOfWork, type WriteSession } from '#persistence';
import { negated, type Rollup, rollUpDays, rollUpHours } from './rollup.js';
import { DAYS, group, HOURS, RETIRED, ROLLUP_KEY, toRolledUp } from './rollup-insert.js';

const SAME = ROLLUP_KEY.slice(2);
const EXTREMES = 'MIN(earliest) AS earliest, MAX(latest) AS latest, MAX(latency_max) AS latency_max';

interface Extremes {
  earliest: unknown;
  latest: unknown;
  latency_max: number | null;
}

/** Takes predictions that are erased out of the sums over them. Retention does not: what it deletes stays counted. */
@Injectable()
export class RollupSubtraction {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** In the transaction that has deleted `rows`. Writers of rollups wait until it ends. */
  async subtract(
    session: WriteSession,
    tenant: TenantContext,
    rows: readonly Record<string, unknown>[],
  ): Promise<void> {
    const { dialect } = this.unitOfWork;
    const hours = rollUpHours(
      rows.map((row) => toRolledUp(row, dialect)),
      '',
    );
    if (hours.length === 0) return;
    if (dialect.name === 'postgresql')
      await session.query(`LOCK TABLE ${HOURS.table}, ${DAYS.table} IN SHARE ROW EXCLUSIVE MODE`, []);
    const less = hours.map(negated);
    const days = rollUpDays(less, '');
    await session.insert([group(HOURS, less), group(DAYS, days)]);
    for (const hour of hours) await this.renewHour(session, tenant, hour);
    for (const day of days) await this.renewDay(session, tenant, day);
  }

  /** Extremes of an hour, from the predictions that are left and those that retention deleted. */
  private async renewHour(session: WriteSession, tenant: TenantContext, hour: Rollup): Promise<void> {
    const where = this.where(tenant, hour);
    const { dialect } = this.unitOfWork;
    const [left] = await session.query<Extremes>(
      `SELECT ${EXTREMES} FROM (SELECT timestamp AS earliest, timestamp AS latest, latency_ms AS latency_max FROM predictions ` +
        `WHERE ${where.text} AND timestamp >= $7 AND timestamp < $8 UNION ALL ` +
        `SELECT earliest, latest, latency_max FROM ${RETIRED.table} WHERE ${where.text} AND start = $7) both_kinds`,
      [...where.values, dialect.time(hour.start), dialect.time(hour.start + HOUR_MS)],
    );
    await this.setExtremes(session, tenant, HOURS.table, hour, left);
  }

  private async renewDay(session: WriteSession, tenant: TenantContext, day: Rollup): Promise<void> {
    const where = this.where(tenant, day);
    const { dialect } = this.unitOfWork;
    const [left] = await session.query<Extremes>(
      `SELECT ${EXTREMES} FROM ${HOURS.table} WHERE ${where.text} AND start >= $7 AND start < $8`,
      [...where.values, dialect.time(day.start), dialect.time(day.start + DAY_MS)],
    );
    await this.setExtremes(session, tenant, DAYS.table, day, left);
  }

  /** On one row of the group; those of the others are forgotten, since a sum over writers takes the extreme of all. */
  private async setExtremes(
    session: WriteSession,
    tenant: TenantContext,
    table: string,
    rollup: Rollup,
    extremes: Extremes | undefined,
  ): Promise<void> {
    const where = this.where(tenant, rollup);
    const start = this.unitOfWork.dialect.time(rollup.start);
    await session.query(
      `UPDATE ${table} SET earliest = NULL, latest = NULL, latency_max = NULL WHERE ${where.text} AND start = $7`,
      [...where.values, start],
    );
    await session.query(
      `UPDATE ${table} SET earliest = $8, latest = $9, latency_max = $10 WHERE ${where.text} AND start = $7 AND writer = ''`,
      [...where.values, start, extremes?.earliest ?? null, extremes?.latest ?? null, extremes?.latency_max ?? null],
    );
    // A group of nothing would still name its label, which may be words of whoever was erased.
    await session.query(
      `DELETE FROM ${table} WHERE ${where.text} AND start = $7 AND ` +
        `(SELECT SUM(predictions) FROM ${table} WHERE ${where.text} AND start = $7) = 0 RETURNING tenant_id`,
      [...where.values, start],
    );
  }

  private where({ tenantId }: TenantContext, rollup: Rollup): { text: string; values: unknown[] } {
    return {
      text: `tenant_id = $1 AND ${SAME.map((name, i) => `${name} = $${i + 2}`).join(' AND ')}`,
      values: [tenantId, ...SAME.map((name) => rollup[name])],
    };
  }
}
