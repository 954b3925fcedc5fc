import type { LogInput } from '../prediction-log.service.js';
import type { LogRequest } from './log.schema.js';

export function toLogInput(body: LogRequest): LogInput {
  return {
    id: body.id,
    model: body.model,
    modelVersion: body.model_version,
    label: body.label,
    confidence: body.confidence,
    scores: body.scores,
    inputText: body.input_text,
    latencyMs: body.latency_ms,
    inferenceId: body.inference_id,
    timestamp: body.timestamp,
    userId: body.user_id,
    sessionId: body.session_id,
    metadata: body.metadata,
  };
}
