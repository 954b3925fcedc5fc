import { Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS, type TenantContext } from '#kernel';
import { UnitOfWork, type WriteSession } from '#persistence';
import { negated, type Rollup, rollUpDays, rollUpHours } from './rollup.js';
import { DAYS, group, HOURS, RETIRED, ROLLUP_KEY, toRolledUp } from './rollup-insert.js';

const GROUP_COLUMNS = ROLLUP_KEY.slice(2);
const EXTREMES = 'MIN(earliest) AS earliest, MAX(latest) AS latest, MAX(latency_max) AS latency_max';

interface Extremes {
  earliest: unknown;
  latest: unknown;
  latency_max: number | null;
}

/** Subtracts erased predictions from the rollups. Predictions that retention deletes stay counted. */
@Injectable()
export class RollupSubtraction {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Subtracts `rows` in the transaction that has deleted them. Other writers of rollups wait until it ends. */
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
    const negative = hours.map(negated);
    const days = rollUpDays(negative, '');
    await session.insert([group(HOURS, negative), group(DAYS, days)]);
    for (const hour of hours) await this.recomputeHour(session, tenant, hour);
    for (const day of days) await this.recomputeDay(session, tenant, day);
  }

  /** Recomputes the extremes of an hour from the remaining predictions and those that retention deleted. */
  private async recomputeHour(session: WriteSession, tenant: TenantContext, hour: Rollup): Promise<void> {
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

  /** Recomputes the extremes of a day from its hours. */
  private async recomputeDay(session: WriteSession, tenant: TenantContext, day: Rollup): Promise<void> {
    const where = this.where(tenant, day);
    const { dialect } = this.unitOfWork;
    const [left] = await session.query<Extremes>(
      `SELECT ${EXTREMES} FROM ${HOURS.table} WHERE ${where.text} AND start >= $7 AND start < $8`,
      [...where.values, dialect.time(day.start), dialect.time(day.start + DAY_MS)],
    );
    await this.setExtremes(session, tenant, DAYS.table, day, left);
  }

  /**
   * Stores extremes in one row of a group and clears those of the other writers, because readers take the extreme of
   * all rows.
   */
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
    // An empty group would keep its label, which may contain words of the erased subject.
    await session.query(
      `DELETE FROM ${table} WHERE ${where.text} AND start = $7 AND ` +
        `(SELECT SUM(predictions) FROM ${table} WHERE ${where.text} AND start = $7) = 0 RETURNING tenant_id`,
      [...where.values, start],
    );
  }

  private where({ tenantId }: TenantContext, rollup: Rollup): { text: string; values: unknown[] } {
    return {
      text: `tenant_id = $1 AND ${GROUP_COLUMNS.map((name, i) => `${name} = $${i + 2}`).join(' AND ')}`,
      values: [tenantId, ...GROUP_COLUMNS.map((name) => rollup[name])],
    };
  }
}
