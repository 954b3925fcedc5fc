import type { TenantContext } from '#kernel';
import { BulkInsert, type BulkRow, type RetainedTable, type SubjectTable } from '#persistence';
import type { FieldPlace, SealedTable } from '#secrets';
import type { Prediction } from './prediction.js';

export const PREDICTION_INSERT = new BulkInsert(
  'predictions',
  {
    id: 'uuid',
    tenant_id: 'uuid',
    timestamp: 'timestamp',
    recorded_at: 'timestamp',
    input_text: 'text',
    input_hash: 'text',
    model: 'text',
    model_version: 'text',
    label: 'text',
    confidence_score: 'double',
    scores: 'json',
    latency_ms: 'double',
    cache_hit: 'boolean',
    inference_id: 'text',
    user_id: 'text',
    session_id: 'text',
    metadata: 'json',
    source: 'text',
  },
  {
    // Not the texts: they are encrypted, each time anew; the hash stands for them.
    identity: [
      'tenant_id',
      'timestamp',
      'model',
      'model_version',
      'label',
      'confidence_score',
      'input_hash',
      'user_id',
    ],
  },
);

/** Columns that are encrypted at rest. */
export type SealedColumn = 'input_text' | 'metadata';

export const RETAINED_PREDICTIONS: RetainedTable = {
  kind: 'predictions',
  table: 'predictions',
  time: 'timestamp',
  children: [
    { table: 'prediction_votes', column: 'prediction_id' },
    { table: 'prediction_labels', column: 'prediction_id' },
  ],
  partitioned: true,
};

export const SUBJECT_PREDICTIONS: SubjectTable = {
  store: 'predictions',
  table: 'predictions',
  accepted: 'recorded_at',
  children: [
    { store: 'votes', table: 'prediction_votes', column: 'prediction_id' },
    { store: 'labels', table: 'prediction_labels', column: 'prediction_id' },
    {
      store: 'labels',
      table: 'prediction_labels',
      column: 'inference_id',
      // They still wait to be linked.
      matching: (marks) =>
        `prediction_id IS NULL AND inference_id IN (SELECT inference_id FROM predictions WHERE tenant_id = $1 AND id IN (${marks}))`,
    },
  ],
  // Sent with the token of their prediction, say; what nobody vouched for may be anybody's.
  dependents: [{ table: 'feedback_submissions', column: 'prediction_id', where: "link <> 'unverified'" }],
};

export const SEALED_PREDICTIONS: SealedTable = {
  table: 'predictions',
  columns: [
    { name: 'input_text', kind: 'text' },
    { name: 'metadata', kind: 'json' },
  ],
};

export function placeOf(id: string, column: SealedColumn): FieldPlace {
  return { table: 'predictions', column, id };
}

/** What stands in the row instead of the texts. */
export interface SealedTexts {
  inputText: string | null;
  inputHash: string | null;
  /** The envelope, as a JSON string. */
  metadata: string | null;
}

export function predictionRow(
  { tenantId }: TenantContext,
  prediction: Prediction,
  { inputHash, inputText, metadata }: SealedTexts,
): BulkRow {
  return {
    id: prediction.id,
    tenant_id: tenantId,
    timestamp: prediction.timestamp,
    recorded_at: prediction.recordedAt,
    input_text: inputText,
    input_hash: inputHash,
    model: prediction.model,
    model_version: prediction.modelVersion,
    label: prediction.label,
    confidence_score: prediction.confidence,
    scores: prediction.scores,
    latency_ms: prediction.latencyMs,
    cache_hit: prediction.cacheHit,
    inference_id: prediction.inferenceId,
    user_id: prediction.userId,
    session_id: prediction.sessionId,
    metadata,
    source: prediction.source,
  };
}
