import { Injectable } from '@nestjs/common';
import { smallestIdAt, type TenantContext, type TimeRange } from '../common/index.js';
import { UnitOfWork } from '../persistence/index.js';
import { GAMMA, histogramQuantile, type LogHistogram, MAX_RELATIVE_ERROR, quantile } from './statistics/quantiles.js';

/** Which predictions a figure is about. */
export interface AnalyticsFilter extends TimeRange {
  model?: string;
  modelVersion?: string;
}

export interface Summary {
  total: number;
  avgConfidence: number | null;
  avgLatencyMs: number | null;
  earliest: number | null;
  latest: number | null;
}

export interface Bucket {
  start: number;
  count: number;
  avgConfidence: number | null;
  avgLatencyMs: number | null;
  labels: Record<string, number>;
}

export interface LatencyPercentiles {
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
  /** 0 when exact. */
  maxRelativeError: number;
}

export interface ModelUse {
  model: string;
  modelVersion: string;
  count: number;
  avgConfidence: number | null;
  firstSeen: number;
  lastSeen: number;
}

export interface RecentPrediction {
  id: string;
  timestamp: number;
  label: string;
  confidence: number | null;
  latencyMs: number | null;
  modelVersion: string;
}

/** Up to this many rows percentiles are exact. */
const MOST_EXACT_ROWS = 10_000;
/** Latencies at or below this many milliseconds are zero to anybody. */
const SMALLEST_LATENCY_MS = 1e-6;
const MICRO = 1_000_000;

interface Averages {
  n: number;
  confidence_sum: number | string;
  confidence_n: number;
  latency_sum: number | string;
  latency_n: number;
}

/** Read-only figures over predictions. No column that holds a text is ever selected here. */
@Injectable()
export class PredictionsReadModel {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async summary(tenant: TenantContext, filter: AnalyticsFilter): Promise<Summary> {
    const [row] = await this.select<Averages & { earliest: unknown; latest: unknown }>(
      tenant,
      filter,
      `${this.averages()}, MIN(timestamp) AS earliest, MAX(timestamp) AS latest`,
    );
    if (!row) throw new Error('an aggregate without groups has one row');
    const time = (value: unknown): number | null => (value == null ? null : this.unitOfWork.dialect.readTime(value));
    return { total: Number(row.n), ...average(row), earliest: time(row.earliest), latest: time(row.latest) };
  }

  async countsByLabel(tenant: TenantContext, filter: AnalyticsFilter): Promise<Record<string, number>> {
    const rows = await this.select<{ label: string; n: number }>(
      tenant,
      filter,
      'label, COUNT(*) AS n',
      'GROUP BY label',
    );
    return byCount(rows.map(({ label, n }) => [label, Number(n)]));
  }

  /** Newest first. */
  async recent(tenant: TenantContext, filter: AnalyticsFilter, limit: number): Promise<RecentPrediction[]> {
    const rows = await this.select<{
      id: string;
      timestamp: unknown;
      label: string;
      confidence_score: number | null;
      latency_ms: number | null;
      model_version: string;
    }>(
      tenant,
      filter,
      'id, timestamp, label, confidence_score, latency_ms, model_version',
      'ORDER BY timestamp DESC, id DESC LIMIT ?',
      [limit],
    );
    return rows.map((row) => ({
      id: row.id,
      timestamp: this.unitOfWork.dialect.readTime(row.timestamp),
      label: row.label,
      confidence: row.confidence_score,
      latencyMs: row.latency_ms,
      modelVersion: row.model_version,
    }));
  }

  /** Buckets that have rows, oldest first; UTC. */
  async buckets(tenant: TenantContext, filter: AnalyticsFilter, bucket: 'hour' | 'day'): Promise<Bucket[]> {
    const start = this.unitOfWork.dialect.bucket('timestamp', bucket);
    const rows = await this.select<Averages & { start: number | string; label: string }>(
      tenant,
      filter,
      `${start} AS start, label, ${this.averages()}`,
      'GROUP BY 1, label ORDER BY 1, label',
    );
    const buckets = new Map<number, Averages & { labels: [label: string, count: number][] }>();
    for (const row of rows) {
      const key = Number(row.start);
      const total = buckets.get(key) ?? {
        n: 0,
        confidence_sum: 0,
        confidence_n: 0,
        latency_sum: 0,
        latency_n: 0,
        labels: [],
      };
      total.n += Number(row.n);
      total.confidence_sum = Number(total.confidence_sum) + Number(row.confidence_sum);
      total.confidence_n += Number(row.confidence_n);
      total.latency_sum = Number(total.latency_sum) + Number(row.latency_sum);
      total.latency_n += Number(row.latency_n);
      total.labels.push([row.label, Number(row.n)]);
      buckets.set(key, total);
    }
    return [...buckets].map(([at, total]) => ({
      start: at,
      count: total.n,
      ...average(total),
      labels: byCount(total.labels),
    }));
  }

  /** Exact up to 10,000 rows, else from logarithmic buckets with a stated error. */
  async latency(tenant: TenantContext, filter: AnalyticsFilter): Promise<LatencyPercentiles> {
    const [totals] = await this.select<{ n: number; most: number | null }>(
      tenant,
      filter,
      'COUNT(latency_ms) AS n, MAX(latency_ms) AS most',
    );
    const count = Number(totals?.n ?? 0);
    const max = totals?.most ?? null;
    if (count === 0) return { count, p50: null, p95: null, p99: null, max: null, maxRelativeError: 0 };
    if (count <= MOST_EXACT_ROWS) {
      const rows = await this.select<{ latency_ms: number }>(
        tenant,
        filter,
        'latency_ms',
        'AND latency_ms IS NOT NULL ORDER BY latency_ms LIMIT ?',
        [MOST_EXACT_ROWS],
      );
      const sorted = rows.map((row) => row.latency_ms);
      const at = (p: number): number | null => (sorted.length === 0 ? null : quantile(sorted, p));
      return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max, maxRelativeError: 0 };
    }
    const histogram = await this.latencyHistogram(tenant, filter);
    const at = (p: number): number => Math.min(histogramQuantile(histogram, p), max ?? Infinity);
    return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max, maxRelativeError: MAX_RELATIVE_ERROR };
  }

  async cacheHits(tenant: TenantContext, filter: AnalyticsFilter): Promise<{ hits: number; misses: number }> {
    const rows = await this.select<{ cache_hit: unknown; n: number }>(
      tenant,
      filter,
      'cache_hit, COUNT(*) AS n',
      'AND source = ? GROUP BY cache_hit',
      ['served'],
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
      `model, model_version, ${this.averages()}, MIN(timestamp) AS first_seen, MAX(timestamp) AS last_seen`,
      'GROUP BY model, model_version ORDER BY MAX(timestamp) DESC, model, model_version LIMIT 1000',
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

  private async latencyHistogram(tenant: TenantContext, filter: AnalyticsFilter): Promise<LogHistogram> {
    const index = this.unitOfWork.dialect.logBucket('latency_ms', Math.log(GAMMA));
    const rows = await this.select<{ bucket: number; n: number }>(
      tenant,
      filter,
      `${index} AS bucket, COUNT(*) AS n`,
      `AND latency_ms > ${SMALLEST_LATENCY_MS.toFixed(6)} GROUP BY 1`,
    );
    const [small] = await this.select<{ n: number }>(
      tenant,
      filter,
      'COUNT(*) AS n',
      `AND latency_ms <= ${SMALLEST_LATENCY_MS.toFixed(6)}`,
    );
    return {
      gamma: GAMMA,
      smallest: SMALLEST_LATENCY_MS,
      small: Number(small?.n ?? 0),
      buckets: rows.map((row) => ({ index: Number(row.bucket), count: Number(row.n) })),
    };
  }

  private averages(): string {
    const { dialect } = this.unitOfWork;
    return (
      `COUNT(*) AS n, ${dialect.sumMicros('confidence_score')} AS confidence_sum, COUNT(confidence_score) AS confidence_n, ` +
      `${dialect.sumMicros('latency_ms')} AS latency_sum, COUNT(latency_ms) AS latency_n`
    );
  }

  /** `tail` follows the WHERE clause; its `?` take `values`. */
  private async select<Row>(
    tenant: TenantContext,
    filter: AnalyticsFilter,
    columns: string,
    tail = '',
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const { dialect } = this.unitOfWork;
    const bound: unknown[] = [];
    const conditions = ['tenant_id = $1'];
    const bind = (text: string, ...parameters: unknown[]): string =>
      parameters.reduce<string>((result, value) => {
        bound.push(value);
        return result.replace('?', `$${bound.length + 1}`);
      }, text);
    // The id carries the time: its bounds let PostgreSQL skip the partitions of other months.
    if (filter.from !== undefined) {
      conditions.push(bind('timestamp >= ? AND id >= ?', dialect.time(filter.from), smallestIdAt(filter.from)));
    }
    if (filter.to !== undefined)
      conditions.push(bind('timestamp < ? AND id < ?', dialect.time(filter.to), smallestIdAt(filter.to)));
    if (filter.model !== undefined) conditions.push(bind('model = ?', filter.model));
    if (filter.modelVersion !== undefined) conditions.push(bind('model_version = ?', filter.modelVersion));
    const text = `SELECT ${columns} FROM predictions WHERE ${conditions.join(' AND ')} ${bind(tail, ...values)}`;
    return this.unitOfWork.read<Row>(tenant, text.trim(), bound);
  }
}

/** Most frequent first, then by code unit: no database's collation has a say. Own properties, so that no label is special. */
function byCount(counts: [label: string, count: number][]): Record<string, number> {
  return Object.fromEntries(counts.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

/** Sums are whole numbers of millionths: the same rows give the same average in any order. */
function average(row: Averages): { avgConfidence: number | null; avgLatencyMs: number | null } {
  const mean = (sum: number | string, n: number): number | null =>
    Number(n) === 0 ? null : Number(sum) / Number(n) / MICRO;
  return {
    avgConfidence: mean(row.confidence_sum, row.confidence_n),
    avgLatencyMs: mean(row.latency_sum, row.latency_n),
  };
}
