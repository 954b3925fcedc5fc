import type { TimeRange } from '#kernel';

/** Selects the predictions of a figure. Times are in milliseconds since 1970. */
export interface AnalyticsFilter extends TimeRange {
  model?: string;
  modelVersion?: string;
}

/** Totals and averages. Averages and times are null without predictions; times are in milliseconds since 1970. */
export interface Summary {
  total: number;
  avgConfidence: number | null;
  avgLatencyMs: number | null;
  earliest: number | null;
  latest: number | null;
}

/** Predictions of an hour or day in UTC. `start` is in milliseconds since 1970. */
export interface Bucket {
  start: number;
  count: number;
  avgConfidence: number | null;
  avgLatencyMs: number | null;
  labels: Record<string, number>;
}

/** Latencies in milliseconds; null without predictions. */
export interface LatencyPercentiles {
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
  /** 0 if the percentiles are exact. */
  maxRelativeError: number;
}

/** Predictions of one model version. Times are in milliseconds since 1970. */
export interface ModelUse {
  model: string;
  modelVersion: string;
  count: number;
  avgConfidence: number | null;
  firstSeen: number;
  lastSeen: number;
}

/** A prediction without its text. `timestamp` is in milliseconds since 1970. */
export interface RecentPrediction {
  id: string;
  timestamp: number;
  label: string;
  confidence: number | null;
  latencyMs: number | null;
  model: string;
  modelVersion: string;
}
