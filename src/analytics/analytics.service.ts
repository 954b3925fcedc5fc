import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext, ValidationError } from '../common/index.js';
import {
  type AnalyticsFilter,
  type Bucket,
  type LatencyPercentiles,
  type ModelUse,
  PredictionsReadModel,
  type RecentPrediction,
  type Summary,
} from './predictions.read-model.js';

const BUCKET_MS = { hour: 3_600_000, day: 86_400_000 };
/** When no range is given. */
const DEFAULT_BUCKETS = { hour: 24, day: 30 };
const MOST_BUCKETS = 5000;

/** Figures about predictions, exact to the last committed row. */
@Injectable()
export class AnalyticsService {
  constructor(
    private readonly readModel: PredictionsReadModel,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  summary(tenant: TenantContext, filter: AnalyticsFilter): Promise<Summary> {
    return this.readModel.summary(tenant, filter);
  }

  countsByLabel(tenant: TenantContext, filter: AnalyticsFilter): Promise<Record<string, number>> {
    return this.readModel.countsByLabel(tenant, filter);
  }

  recent(tenant: TenantContext, filter: AnalyticsFilter, limit: number): Promise<RecentPrediction[]> {
    return this.readModel.recent(tenant, filter, limit);
  }

  latency(tenant: TenantContext, filter: AnalyticsFilter): Promise<LatencyPercentiles> {
    return this.readModel.latency(tenant, filter);
  }

  cacheHits(tenant: TenantContext, filter: AnalyticsFilter): Promise<{ hits: number; misses: number }> {
    return this.readModel.cacheHits(tenant, filter);
  }

  models(tenant: TenantContext, filter: AnalyticsFilter): Promise<ModelUse[]> {
    return this.readModel.models(tenant, filter);
  }

  /**
   * Every bucket of the range, empty ones included. Without a range: the last 24 hours or 30 days; with half of one: that many
   * buckets from there.
   * @throws ValidationError when the range has more than 5,000 buckets
   */
  async timeseries(tenant: TenantContext, filter: AnalyticsFilter, bucket: 'hour' | 'day'): Promise<Bucket[]> {
    const size = BUCKET_MS[bucket];
    const span = DEFAULT_BUCKETS[bucket] * size;
    const floor = (time: number): number => Math.floor(time / size) * size;
    const to =
      filter.to ??
      (filter.from === undefined
        ? floor(this.clock.now()) + size
        : Math.max(floor(this.clock.now()) + size, filter.from));
    const from = filter.from ?? floor(to - 1) + size - span;
    const first = floor(from);
    const count = Math.ceil((to - first) / size);
    if (count > MOST_BUCKETS) {
      throw new ValidationError([{ path: 'from', message: `must be at most ${MOST_BUCKETS} ${bucket}s before "to"` }]);
    }
    const found = new Map(
      (await this.readModel.buckets(tenant, { ...filter, from, to }, bucket)).map((each) => [each.start, each]),
    );
    return Array.from({ length: Math.max(0, count) }, (_, i) => {
      const start = first + i * size;
      return found.get(start) ?? { start, count: 0, avgConfidence: null, avgLatencyMs: null, labels: {} };
    });
  }
}
