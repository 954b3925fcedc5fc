import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import type { Bucket, LatencyPercentiles, ModelUse, RecentPrediction, Summary } from '../figures.js';

const nullableNumber = (description?: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], ...(description ? { description } : {}) });
const nullableTime = () => Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' });
const time = () => Type.String({ format: 'date-time' });
const asOf = () =>
  Type.Optional(
    Type.String({
      format: 'date-time',
      description:
        'The answer holds at least what was committed by then. Only with replicas or a cache of results; without it is exact to the last committed row.',
    }),
  );
const counts = () => Type.Unsafe<Record<string, number>>({ type: 'object', additionalProperties: { type: 'integer' } });

export const SummarySchema = Type.Object({
  total_predictions: Type.Integer(),
  avg_confidence: nullableNumber('Null when there is nothing to average.'),
  avg_latency_ms: nullableNumber('Null when there is nothing to average.'),
  date_range: Type.Object({ earliest: nullableTime(), latest: nullableTime() }),
  data_as_of: asOf(),
});
export type SummaryAnswer = Static<typeof SummarySchema>;

export const SentimentDistributionSchema = Type.Object({
  positive: Type.Integer(),
  negative: Type.Integer(),
  neutral: Type.Integer(),
});
export type SentimentDistribution = Static<typeof SentimentDistributionSchema>;

export const LabelDistributionSchema = counts();

export const RecentSchema = Type.Array(
  Type.Object({
    id: Type.String({ format: 'uuid' }),
    timestamp: time(),
    sentiment: Type.String({ description: 'The label, whatever the classifier.' }),
    confidence: nullableNumber(),
    latency_ms: nullableNumber(),
    model_version: Type.String(),
  }),
);
export type RecentAnswer = Static<typeof RecentSchema>;

export const TimeseriesSchema = Type.Object({
  bucket: Type.Unsafe<'hour' | 'day'>({ type: 'string', enum: ['hour', 'day'] }),
  data: Type.Array(
    Type.Object({
      start: Type.String({ format: 'date-time', description: 'UTC; the bucket ends where the next begins.' }),
      count: Type.Integer(),
      avg_confidence: nullableNumber(),
      avg_latency_ms: nullableNumber(),
      labels: counts(),
    }),
  ),
  data_as_of: asOf(),
});
export type TimeseriesAnswer = Static<typeof TimeseriesSchema>;

export const LatencySchema = Type.Object({
  count: Type.Integer(),
  p50: nullableNumber('Milliseconds.'),
  p95: nullableNumber(),
  p99: nullableNumber(),
  max: nullableNumber(),
  max_relative_error: Type.Number({ description: '0 when exact (up to 10,000 predictions).' }),
  data_as_of: asOf(),
});
export type LatencyAnswer = Static<typeof LatencySchema>;

export const CacheSchema = Type.Object({
  hits: Type.Integer(),
  misses: Type.Integer(),
  hit_rate: nullableNumber('hits / (hits + misses); null when nothing was predicted here.'),
  data_as_of: asOf(),
});
export type CacheAnswer = Static<typeof CacheSchema>;

export const ModelsSchema = Type.Array(
  Type.Object({
    model: Type.String(),
    model_version: Type.String(),
    count: Type.Integer(),
    avg_confidence: nullableNumber(),
    first_seen: time(),
    last_seen: time(),
  }),
);
export type ModelsAnswer = Static<typeof ModelsSchema>;

const optionalTime = (value: number | null): string | null => (value === null ? null : formatTime(value));

export function toSummary(summary: Summary): SummaryAnswer {
  return {
    total_predictions: summary.total,
    avg_confidence: summary.avgConfidence,
    avg_latency_ms: summary.avgLatencyMs,
    date_range: { earliest: optionalTime(summary.earliest), latest: optionalTime(summary.latest) },
  };
}

export function toRecent(predictions: readonly RecentPrediction[]): RecentAnswer {
  return predictions.map((prediction) => ({
    id: prediction.id,
    timestamp: formatTime(prediction.timestamp),
    sentiment: prediction.label,
    confidence: prediction.confidence,
    latency_ms: prediction.latencyMs,
    model_version: prediction.modelVersion,
  }));
}

export function toTimeseries(bucket: 'hour' | 'day', buckets: readonly Bucket[]): TimeseriesAnswer {
  return {
    bucket,
    data: buckets.map((each) => ({
      start: formatTime(each.start),
      count: each.count,
      avg_confidence: each.avgConfidence,
      avg_latency_ms: each.avgLatencyMs,
      labels: each.labels,
    })),
  };
}

export function toLatency({ count, p50, p95, p99, max, maxRelativeError }: LatencyPercentiles): LatencyAnswer {
  return { count, p50, p95, p99, max, max_relative_error: maxRelativeError };
}

export function toCache({ hits, misses }: { hits: number; misses: number }): CacheAnswer {
  return { hits, misses, hit_rate: hits + misses === 0 ? null : hits / (hits + misses) };
}

export function toModels(models: readonly ModelUse[]): ModelsAnswer {
  return models.map((use) => ({
    model: use.model,
    model_version: use.modelVersion,
    count: use.count,
    avg_confidence: use.avgConfidence,
    first_seen: formatTime(use.firstSeen),
    last_seen: formatTime(use.lastSeen),
  }));
}
