import type { TimeRange } from '#kernel';

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
