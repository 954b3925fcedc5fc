import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, HOUR_MS, type TenantContext, ValidationError } from '#kernel';
import { Cached, type Dated, ResultCache } from '#cache';
import { UnitOfWork } from '#persistence';
import type { AnalyticsFilter, Bucket, LatencyPercentiles, ModelUse, RecentPrediction, Summary } from './figures.js';
import { PredictionsReadModel } from './predictions.read-model.js';
import { RollupsReadModel } from './rollups/rollups.read-model.js';
import { histogramQuantile, MAX_RELATIVE_ERROR, quantile } from '#statistics';

const BUCKET_MS = { hour: HOUR_MS, day: DAY_MS };
/** Number of buckets of a range without `from`. */
const DEFAULT_BUCKETS = { hour: 24, day: 30 };
const MAX_BUCKETS = 5000;
/** Maximum number of predictions with exact percentiles. */
const MAX_EXACT_ROWS = 10_000;
/** Maximum number of models that a figure is split by. */
const MAX_MODELS = 20;
const TAG = 'predictions';

/**
 * Computes figures about predictions. They are exact to the last committed row. With database replicas or a result cache,
 * they are complete up to their `asOf`.
 */
@Injectable()
export class AnalyticsService {
  constructor(
    private readonly rollups: RollupsReadModel,
    private readonly predictions: PredictionsReadModel,
    readonly results: ResultCache,
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Cached(TAG)
  summary(tenant: TenantContext, filter: AnalyticsFilter): Promise<Dated<Summary>> {
    return this.dated(() => this.rollups.summary(tenant, filter));
  }

  @Cached(TAG)
  countsByLabel(tenant: TenantContext, filter: AnalyticsFilter): Promise<Dated<Record<string, number>>> {
    return this.dated(() => this.rollups.countsByLabel(tenant, filter));
  }

  /** Returns the latest predictions, newest first. They are never cached, because callers want to see new ones. */
  recent(tenant: TenantContext, filter: AnalyticsFilter, limit: number): Promise<Dated<RecentPrediction[]>> {
    return this.dated(() => this.predictions.recent(tenant, filter, limit));
  }

  @Cached(TAG)
  latency(tenant: TenantContext, filter: AnalyticsFilter): Promise<Dated<LatencyPercentiles>> {
    return this.dated(() => this.percentiles(tenant, filter));
  }

  @Cached(TAG)
  cacheHits(tenant: TenantContext, filter: AnalyticsFilter): Promise<Dated<{ hits: number; misses: number }>> {
    return this.dated(() => this.rollups.cacheHits(tenant, filter));
  }

  @Cached(TAG)
  models(tenant: TenantContext, filter: AnalyticsFilter): Promise<Dated<ModelUse[]>> {
    return this.dated(() => this.rollups.models(tenant, filter));
  }

  /**
   * Reads a figure for each of the models with the most predictions, at most `MAX_MODELS`. Returns an empty list if the
   * filter selects a model, or if only one made predictions.
   */
  async byModel<T>(
    tenant: TenantContext,
    filter: AnalyticsFilter,
    read: (filter: AnalyticsFilter) => Promise<Dated<T>>,
  ): Promise<{ model: string; value: T }[]> {
    if (filter.model !== undefined) return [];
    const counts = new Map<string, number>();
    for (const { count, model } of (await this.models(tenant, filter)).value)
      counts.set(model, (counts.get(model) ?? 0) + count);
    if (counts.size < 2) return [];
    const names = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_MODELS);
    return Promise.all(names.map(async ([model]) => ({ model, value: (await read({ ...filter, model })).value })));
  }

  /**
   * Returns all buckets of the range, including empty ones. Without `to`, the range ends with the current bucket. Without
   * `from`, it has 24 hours or 30 days.
   * @throws ValidationError when the range has more than 5,000 buckets
   */
  timeseries(tenant: TenantContext, filter: AnalyticsFilter, bucket: 'hour' | 'day'): Promise<Dated<Bucket[]>> {
    const size = BUCKET_MS[bucket];
    const span = DEFAULT_BUCKETS[bucket] * size;
    const floor = (time: number): number => Math.floor(time / size) * size;
    const to =
      filter.to ??
      (filter.from === undefined
        ? floor(this.clock.now()) + size
        : Math.max(floor(this.clock.now()) + size, filter.from));
    const from = filter.from ?? floor(to - 1) + size - span;
    if (Math.ceil((to - floor(from)) / size) > MAX_BUCKETS) {
      throw new ValidationError([{ path: 'from', message: `must be at most ${MAX_BUCKETS} ${bucket}s before "to"` }]);
    }
    return this.buckets(tenant, { ...filter, from, to }, bucket);
  }

  @Cached(TAG)
  private buckets(
    tenant: TenantContext,
    filter: AnalyticsFilter & { from: number; to: number },
    bucket: 'hour' | 'day',
  ): Promise<Dated<Bucket[]>> {
    const size = BUCKET_MS[bucket];
    const first = Math.floor(filter.from / size) * size;
    return this.dated(async () => {
      const found = new Map((await this.rollups.buckets(tenant, filter, bucket)).map((each) => [each.start, each]));
      return Array.from({ length: Math.max(0, Math.ceil((filter.to - first) / size)) }, (_, i) => {
        const start = first + i * size;
        return found.get(start) ?? { start, count: 0, avgConfidence: null, avgLatencyMs: null, labels: {} };
      });
    });
  }

  /** Returns exact percentiles of up to 10,000 stored predictions, otherwise estimates from the histograms. */
  private async percentiles(tenant: TenantContext, filter: AnalyticsFilter): Promise<LatencyPercentiles> {
    const { count, max } = await this.rollups.latencyTotals(tenant, filter);
    if (count === 0) return { count, p50: null, p95: null, p99: null, max: null, maxRelativeError: 0 };
    if (count <= MAX_EXACT_ROWS) {
      const sorted = await this.predictions.latencies(tenant, filter, MAX_EXACT_ROWS + 1);
      // With fewer rows than were counted, retention has deleted some of them.
      if (sorted.length >= count && sorted.length <= MAX_EXACT_ROWS) {
        const [p50, p95, p99] = [0.5, 0.95, 0.99].map((p) => quantile(sorted, p)) as [number, number, number];
        return { count: sorted.length, p50, p95, p99, max: sorted.at(-1) ?? null, maxRelativeError: 0 };
      }
    }
    const histogram = await this.rollups.latencyHistogram(tenant, filter);
    const at = (p: number): number => Math.min(histogramQuantile(histogram, p), max ?? Infinity);
    return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max, maxRelativeError: MAX_RELATIVE_ERROR };
  }

  /** Adds the time up to which a value is complete. The time is read first, because the value must not be older. */
  private async dated<T>(read: () => Promise<T>): Promise<Dated<T>> {
    const asOf = this.unitOfWork.analyzesAsOf;
    return { value: await read(), asOf };
  }
}
