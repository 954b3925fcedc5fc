/** A stored prediction; times in milliseconds since 1970. */
export interface Prediction {
  id: string;
  timestamp: number;
  recordedAt: number;
  inputText: string | null;
  model: string;
  modelVersion: string;
  label: string;
  confidence: number | null;
  scores: Record<string, number> | null;
  latencyMs: number | null;
  cacheHit: boolean;
  inferenceId: string | null;
  userId: string | null;
  sessionId: string | null;
  metadata: Record<string, unknown> | null;
  source: 'served' | 'logged';
}

/** Filters of a list; ranges are half-open, confidences inclusive. */
export interface PredictionFilter {
  from?: number;
  to?: number;
  model?: string;
  modelVersion?: string;
  label?: string;
  minConfidence?: number;
  maxConfidence?: number;
  userId?: string;
  sessionId?: string;
  cacheHit?: boolean;
}
