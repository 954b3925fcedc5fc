import { Conditions, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import { type TenantContext, type TimeRange } from '#kernel';
import type { AnalyticsFilter, Bucket, ModelUse, Summary } from '../figures.js';
import { GAMMA, type LogHistogram, SMALLEST_LATENCY_MS } from '#statistics';
import { SMALL } from './rollup.js';
import { tiersOf } from './tiers.js';

const MICRO = 1_000_000;
const KEYS = 'start, model, model_version, label, cache_hit, source';

interface Averages {
  n: number | string;
  confidence_sum: number | string;
  confidence_n: number | string;
  latency_sum: number | string;
  latency_n: number | string;
}

/**
 * Reads figures about predictions from rollups.
 *
 * - figures are exact to the last committed row: whole days and hours come from rollups, and the rest from predictions
 * - each figure is one statement, so that no prediction is counted twice or missed
 * - the cost grows with the number of days and labels, not with the number of predictions
 */
@Injectable()
export class RollupsReadModel {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async summary(tenant: TenantContext, filter: AnalyticsFilter): Promise<Summary> {
    const [row] = await this.select<Averages & { earliest: unknown; latest: unknown }>(
      tenant,
      filter,
      `${this.averages()}, MIN(earliest) AS earliest, MAX(latest) AS latest`,
    );
    if (!row) throw new Error('an aggregate without groups must return one row');
    const time = (value: unknown): number | null => (value == null ? null : this.unitOfWork.dialect.readTime(value));
    return { total: Number(row.n), ...average(row), earliest: time(row.earliest), latest: time(row.latest) };
  }

  async countsByLabel(tenant: TenantContext, filter: AnalyticsFilter): Promise<Record<string, number>> {
    const rows = await this.select<{ label: string; n: number }>(
      tenant,
      filter,
      'label, SUM(predictions) AS n',
      'GROUP BY label HAVING SUM(predictions) > 0',
    );
    return byCount(rows.map(({ label, n }) => [label, Number(n)]));
  }

  /** Returns the buckets with predictions in UTC, oldest first. */
  async buckets(tenant: TenantContext, filter: AnalyticsFilter, bucket: 'hour' | 'day'): Promise<Bucket[]> {
    const start = this.unitOfWork.dialect.bucket('start', bucket);
    const rows = await this.select<Averages & { at: number | string; label: string }>(
      tenant,
      filter,
      `${start} AS at, label, ${this.averages()}`,
      'GROUP BY 1, label HAVING SUM(predictions) > 0 ORDER BY 1, label',
      // Rollups by day cannot be split into hours.
      bucket === 'hour',
    );
    const buckets = new Map<number, Required<Averages> & { labels: [label: string, count: number][] }>();
    for (const row of rows) {
      const key = Number(row.at);
      const total = buckets.get(key) ?? {
        n: 0,
        confidence_sum: 0,
        confidence_n: 0,
        latency_sum: 0,
        latency_n: 0,
        labels: [],
      };
      for (const name of ['n', 'confidence_sum', 'confidence_n', 'latency_sum', 'latency_n'] as const)
        total[name] = Number(total[name]) + Number(row[name]);
      total.labels.push([row.label, Number(row.n)]);
      buckets.set(key, total);
    }
    return [...buckets].map(([at, total]) => ({
      start: at,
      count: Number(total.n),
      ...average(total),
      labels: byCount(total.labels),
    }));
  }

  async latencyTotals(tenant: TenantContext, filter: AnalyticsFilter): Promise<{ count: number; max: number | null }> {
    const [row] = await this.select<{ n: number; max_latency: number | null }>(
      tenant,
      filter,
      'SUM(latency_count) AS n, MAX(latency_max) AS max_latency',
    );
    return { count: Number(row?.n ?? 0), max: row?.max_latency ?? null };
  }

  async latencyHistogram(tenant: TenantContext, filter: AnalyticsFilter): Promise<LogHistogram> {
    const { dialect } = this.unitOfWork;
    const { bucket, count, join } = dialect.histogram('latency_histogram');
    const logarithm = dialect.asText(dialect.logBucket('latency_ms', Math.log(GAMMA)));
    const small = `latency_ms <= ${SMALLEST_LATENCY_MS.toFixed(6)}`;
    const rows = await this.union<{ bucket: string; n: number | string }>(tenant, filter, {
      columns: 'bucket, SUM(n) AS n',
      tail: 'GROUP BY bucket HAVING SUM(n) > 0',
      rollups: (table, where) => `SELECT ${bucket} AS bucket, ${count} AS n FROM ${table} ${join} WHERE ${where}`,
      rows: (where) =>
        `SELECT CASE WHEN ${small} THEN '${SMALL}' ELSE ${logarithm} END AS bucket, 1 AS n FROM predictions ` +
        `WHERE ${where} AND latency_ms IS NOT NULL`,
    });
    return {
      gamma: GAMMA,
      smallest: SMALLEST_LATENCY_MS,
      small: Number(rows.find((row) => row.bucket === SMALL)?.n ?? 0),
      buckets: rows
        .filter((row) => row.bucket !== SMALL)
        .map((row) => ({ index: Number(row.bucket), count: Number(row.n) })),
    };
  }

  async cacheHits(tenant: TenantContext, filter: AnalyticsFilter): Promise<{ hits: number; misses: number }> {
    const rows = await this.select<{ cache_hit: unknown; n: number }>(
      tenant,
      filter,
      'cache_hit, SUM(predictions) AS n',
      "WHERE source = 'served' GROUP BY cache_hit",
    );
    const count = (hit: boolean): number =>
      Number(rows.find((row) => this.unitOfWork.dialect.readBoolean(row.cache_hit) === hit)?.n ?? 0);
    return { hits: count(true), misses: count(false) };
  }

  async models(tenant: TenantContext, filter: AnalyticsFilter): Promise<ModelUse[]> {
    const rows = await this.select<
      Averages & { model: string; model_version: string; first_seen: unknown; last_seen: unknown }
    >(
      tenant,
      filter,
      `model, model_version, ${this.averages()}, MIN(earliest) AS first_seen, MAX(latest) AS last_seen`,
      'GROUP BY model, model_version HAVING SUM(predictions) > 0 ORDER BY MAX(latest) DESC, model, model_version LIMIT 1000',
    );
    return rows.map((row) => ({
      model: row.model,
      modelVersion: row.model_version,
      count: Number(row.n),
      avgConfidence: average(row).avgConfidence,
      firstSeen: this.unitOfWork.dialect.readTime(row.first_seen),
      lastSeen: this.unitOfWork.dialect.readTime(row.last_seen),
    }));
  }

  private averages(): string {
    const { sumIntegers } = this.unitOfWork.dialect;
    return (
      `COALESCE(SUM(predictions), 0) AS n, ${sumIntegers('confidence_sum')} AS confidence_sum, COALESCE(SUM(confidence_count), 0) AS confidence_n, ` +
      `${sumIntegers('latency_sum')} AS latency_sum, COALESCE(SUM(latency_count), 0) AS latency_n`
    );
  }

  private select<Row>(
    tenant: TenantContext,
    filter: AnalyticsFilter,
    columns: string,
    tail = '',
    byHour = false,
  ): Promise<Row[]> {
    const { micros } = this.unitOfWork.dialect;
    const sums =
      'predictions, confidence_count, confidence_sum, latency_count, latency_sum, latency_max, earliest, latest';
    const one = (column: string): string => `CASE WHEN ${column} IS NULL THEN 0 ELSE 1 END`;
    const ofOne =
      `1 AS predictions, ${one('confidence_score')} AS confidence_count, COALESCE(${micros('confidence_score')}, 0) AS confidence_sum, ` +
      `${one('latency_ms')} AS latency_count, COALESCE(${micros('latency_ms')}, 0) AS latency_sum, latency_ms AS latency_max, ` +
      'timestamp AS earliest, timestamp AS latest';
    return this.union<Row>(tenant, filter, {
      columns,
      tail,
      byHour,
      rollups: (table, where) => `SELECT ${KEYS}, ${sums} FROM ${table} WHERE ${where}`,
      rows: (where) =>
        `SELECT ${KEYS.replace('start', 'timestamp AS start')}, ${ofOne} FROM predictions WHERE ${where}`,
    });
  }

  /** Runs one statement over the three tiers. */
  private async union<Row>(
    tenant: TenantContext,
    filter: AnalyticsFilter,
    { byHour = false, columns, rollups, rows, tail }: Union,
  ): Promise<Row[]> {
    const values: unknown[] = [];
    const within = (column: string, range: TimeRange, timeInId = false): string =>
      new Conditions(this.unitOfWork.dialect, values)
        .equal({ model: filter.model, model_version: filter.modelVersion })
        .within(column, range, { timeInId })
        .toString();
    const tiers = tiersOf(filter);
    const days = byHour ? 'prediction_rollup_hours' : 'prediction_rollup_days';
    const parts = [
      ...tiers.days.map((range) => rollups(days, within('start', range))),
      ...tiers.hours.map((range) => rollups('prediction_rollup_hours', within('start', range))),
      ...tiers.rows.map((range) => rows(within('timestamp', range, true))),
    ];
    // The range is empty. A constant condition would bind values that the statement does not use, an error of PostgreSQL.
    if (parts.length === 0) parts.push(rows(within('timestamp', { from: filter.from, to: filter.from })));
    return this.unitOfWork.analyze<Row>(
      tenant,
      `SELECT ${columns} FROM (${parts.join(' UNION ALL ')}) tiers ${tail}`,
      values,
    );
  }
}

interface Union {
  columns: string;
  /** SQL after the tiers. */
  tail: string;
  /** Whether whole days are read from the rollups by hour. */
  byHour?: boolean;
  /** Returns the SELECT that reads rollups. */
  rollups(table: string, where: string): string;
  /** Returns the SELECT that reads predictions. */
  rows(where: string): string;
}

/**
 * Returns counts by label, most frequent first, then by code unit, because the collations of databases differ.
 * `fromEntries` creates own properties, so that a label such as `__proto__` is safe.
 */
function byCount(counts: [label: string, count: number][]): Record<string, number> {
  return Object.fromEntries(counts.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

/** Returns the averages. Sums are in whole millionths, so the order of the rows does not change the result. */
function average(row: Averages): { avgConfidence: number | null; avgLatencyMs: number | null } {
  const mean = (sum: number | string, n: number | string): number | null =>
    Number(n) === 0 ? null : Number(sum) / Number(n) / MICRO;
  return {
    avgConfidence: mean(row.confidence_sum, row.confidence_n),
    avgLatencyMs: mean(row.latency_sum, row.latency_n),
  };
}
