import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '../../common/index.js';
import type { Prediction } from '../prediction.js';

const nullable = <T>(type: string, description?: string, more: object = {}) =>
  Type.Unsafe<T | null>({ type: [type, 'null'], ...(description ? { description } : {}), ...more });

export const PredictionSchema = Type.Object({
  id: Type.String({ format: 'uuid' }),
  timestamp: Type.String({ format: 'date-time' }),
  recorded_at: Type.String({ format: 'date-time', description: 'When this server accepted it.' }),
  model: Type.String(),
  model_version: Type.String(),
  label: Type.String(),
  confidence: nullable<number>('number'),
  scores: nullable<Record<string, number>>('object', 'One probability for each class.', {
    additionalProperties: { type: 'number' },
  }),
  latency_ms: nullable<number>('number'),
  cache_hit: Type.Boolean(),
  source: Type.Unsafe<'served' | 'logged'>({ type: 'string', enum: ['served', 'logged'] }),
  inference_id: nullable<string>('string'),
  user_id: nullable<string>('string'),
  session_id: nullable<string>('string'),
  metadata: nullable<Record<string, unknown>>('object'),
  input_text: Type.Optional(nullable<string>('string', 'Only with scope `read:text`.')),
});
export type PredictionResource = Static<typeof PredictionSchema>;

export const PredictionPageSchema = Type.Object({
  data: Type.Array(PredictionSchema),
  next_cursor: nullable<string>('string', 'Null on the last page.'),
});

/** `withText` is for callers with scope `read:text` alone. */
export function toResource(prediction: Prediction, withText: boolean): PredictionResource {
  return {
    id: prediction.id,
    timestamp: formatTime(prediction.timestamp),
    recorded_at: formatTime(prediction.recordedAt),
    model: prediction.model,
    model_version: prediction.modelVersion,
    label: prediction.label,
    confidence: prediction.confidence,
    scores: sorted(prediction.scores),
    latency_ms: prediction.latencyMs,
    cache_hit: prediction.cacheHit,
    source: prediction.source,
    inference_id: prediction.inferenceId,
    user_id: prediction.userId,
    session_id: prediction.sessionId,
    metadata: prediction.metadata,
    ...(withText ? { input_text: prediction.inputText } : {}),
  };
}

/** By label: the databases keep the keys of an object in orders of their own. */
function sorted(scores: Record<string, number> | null): Record<string, number> | null {
  return scores && Object.fromEntries(Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1)));
}
