import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
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
        'The response includes everything that was committed by this time. Absent if the response is exact to the last committed row, as it is without database replicas and a result cache.',
    }),
  );
const counts = (options: object = {}) =>
  Type.Unsafe<Record<string, number>>({ ...options, type: 'object', additionalProperties: { type: 'integer' } });

/** Members that appear when a figure mixes models. */
const severalModels = <Of extends TProperties>(of: Of) => ({
  by_model: Type.Optional(
    Type.Array(Type.Object({ model: Type.String(), ...of }), {
      description:
        'The same figures for each of the 20 models with the most predictions. Only present if there are several models and the request selects none.',
    }),
  ),
  warnings: Type.Optional(
    Type.Array(Type.Literal('several_models'), {
      description: '`several_models`: the figures combine models, whose confidences may not be comparable.',
    }),
  ),
});

const summary = {
  total_predictions: Type.Integer(),
  avg_confidence: nullableNumber('Null without predictions.'),
  avg_latency_ms: nullableNumber('Null without predictions.'),
  date_range: Type.Object({ earliest: nullableTime(), latest: nullableTime() }),
};
export const SummarySchema = Type.Object(
  { ...summary, ...severalModels(summary), data_as_of: asOf() },
  { $id: 'PredictionSummary' },
);
export type SummaryResponse = Static<typeof SummarySchema>;

const sentiments = { positive: Type.Integer(), negative: Type.Integer(), neutral: Type.Integer() };
export const SentimentDistributionSchema = Type.Object(
  { ...sentiments, ...severalModels(sentiments) },
  { $id: 'SentimentDistribution' },
);
export type SentimentDistribution = Static<typeof SentimentDistributionSchema>;

export const LabelDistributionSchema = counts({
  $id: 'LabelDistribution',
  description: 'Number of predictions by label, of all selected models together.',
});

const RecentPredictionSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    timestamp: time(),
    sentiment: Type.String({ description: 'The label, even if the classifier does not predict sentiment.' }),
    confidence: nullableNumber(),
    latency_ms: nullableNumber(),
    label: Type.Optional(Type.String({ description: 'Missing in responses of the legacy path.' })),
    model: Type.Optional(Type.String({ description: 'Missing in responses of the legacy path.' })),
    model_version: Type.String(),
  },
  { $id: 'RecentPrediction' },
);
export const RecentSchema = Type.Array(RecentPredictionSchema, { $id: 'RecentPredictionList' });
export type RecentResponse = Static<typeof RecentSchema>;

const BucketSchema = Type.Object(
  {
    start: Type.String({ format: 'date-time', description: 'In UTC; the bucket ends at the start of the next one.' }),
    count: Type.Integer(),
    avg_confidence: nullableNumber(),
    avg_latency_ms: nullableNumber(),
    labels: counts(),
  },
  { $id: 'TimeseriesBucket' },
);
const series = { data: Type.Array(BucketSchema) };
export const TimeseriesSchema = Type.Object(
  {
    bucket: Type.Unsafe<'hour' | 'day'>({ type: 'string', enum: ['hour', 'day'] }),
    ...series,
    ...severalModels(series),
    data_as_of: asOf(),
  },
  { $id: 'Timeseries' },
);
export type TimeseriesResponse = Static<typeof TimeseriesSchema>;

const latency = {
  count: Type.Integer(),
  p50: nullableNumber('Milliseconds.'),
  p95: nullableNumber(),
  p99: nullableNumber(),
  max: nullableNumber(),
  max_relative_error: Type.Number({
    description: '0 for up to 10,000 predictions, because their percentiles are exact.',
  }),
};
export const LatencySchema = Type.Object(
  { ...latency, ...severalModels(latency), data_as_of: asOf() },
  { $id: 'LatencyPercentiles' },
);
export type LatencyResponse = Static<typeof LatencySchema>;

export const CacheSchema = Type.Object(
  {
    hits: Type.Integer(),
    misses: Type.Integer(),
    hit_rate: nullableNumber('`hits / (hits + misses)`; null without predictions that this installation served.'),
    data_as_of: asOf(),
  },
  { $id: 'CacheUsage' },
);
export type CacheResponse = Static<typeof CacheSchema>;

const ModelUsageSchema = Type.Object(
  {
    model: Type.String(),
    model_version: Type.String(),
    count: Type.Integer(),
    avg_confidence: nullableNumber(),
    first_seen: time(),
    last_seen: time(),
  },
  { $id: 'ModelUsage' },
);
export const ModelsSchema = Type.Array(ModelUsageSchema, { $id: 'ModelUsageList' });
export type ModelsResponse = Static<typeof ModelsSchema>;

const optionalTime = (value: number | null): string | null => (value === null ? null : formatTime(value));

export function toSummary(found: Summary): Static<TObject<typeof summary>> {
  return {
    total_predictions: found.total,
    avg_confidence: found.avgConfidence,
    avg_latency_ms: found.avgLatencyMs,
    date_range: { earliest: optionalTime(found.earliest), latest: optionalTime(found.latest) },
  };
}

export function toRecent(predictions: readonly RecentPrediction[], withModel: boolean): RecentResponse {
  return predictions.map((prediction) => ({
    id: prediction.id,
    timestamp: formatTime(prediction.timestamp),
    sentiment: prediction.label,
    confidence: prediction.confidence,
    latency_ms: prediction.latencyMs,
    ...(withModel && { label: prediction.label, model: prediction.model }),
    model_version: prediction.modelVersion,
  }));
}

export function toSeries(buckets: readonly Bucket[]): Pick<TimeseriesResponse, 'data'> {
  return {
    data: buckets.map((each) => ({
      start: formatTime(each.start),
      count: each.count,
      avg_confidence: each.avgConfidence,
      avg_latency_ms: each.avgLatencyMs,
      labels: each.labels,
    })),
  };
}

export function toLatency({
  count,
  p50,
  p95,
  p99,
  max,
  maxRelativeError,
}: LatencyPercentiles): Static<TObject<typeof latency>> {
  return { count, p50, p95, p99, max, max_relative_error: maxRelativeError };
}

export function toSentiments({ negative = 0, neutral = 0, positive = 0 }: Record<string, number>): {
  positive: number;
  negative: number;
  neutral: number;
} {
  return { positive, negative, neutral };
}

export function toCache({ hits, misses }: { hits: number; misses: number }): CacheResponse {
  return { hits, misses, hit_rate: hits + misses === 0 ? null : hits / (hits + misses) };
}

export function toModels(models: readonly ModelUse[]): ModelsResponse {
  return models.map((use) => ({
    model: use.model,
    model_version: use.modelVersion,
    count: use.count,
    avg_confidence: use.avgConfidence,
    first_seen: formatTime(use.firstSeen),
    last_seen: formatTime(use.lastSeen),
  }));
}
