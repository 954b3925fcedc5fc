import { formatTime } from '#kernel';
import type { Predicted, PredictResult } from '../predict.service.js';
import type { BatchResponse, PredictionItem } from './predict.schema.js';

type TokenFor = (predictionId: string) => string;

/**
 * Maps a prediction to the response. An unrecorded one has no id and no feedback token, because neither would be found.
 */
export function toItem(
  { prediction, lowEvidence, truncated }: Predicted,
  persisted: PredictResult['persisted'],
  tokenFor: TokenFor,
): PredictionItem {
  const recorded = persisted !== 'none';
  return {
    id: recorded ? prediction.id : null,
    timestamp: formatTime(prediction.timestamp),
    label: prediction.label,
    sentiment: prediction.label,
    confidence: prediction.confidence ?? 0,
    scores: prediction.scores ?? {},
    latency_ms: prediction.latencyMs ?? 0,
    model: prediction.model,
    model_version: prediction.modelVersion,
    cache_hit: prediction.cacheHit,
    persisted,
    feedback_token: recorded ? tokenFor(prediction.id) : null,
    low_evidence: lowEvidence,
    truncated,
  };
}

export function toBatchResponse({ items, persisted }: PredictResult, tokenFor: TokenFor): BatchResponse {
  return { predictions: items.map((item) => toItem(item, persisted, tokenFor)), total: items.length, persisted };
}
