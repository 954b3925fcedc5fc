import {
  boolean,
  defineTable,
  double,
  json,
  type NewRecordOf,
  nullable,
  primary,
  type RecordOf,
  string,
  text,
  time,
  uuid,
} from '#persistence';
import type { ScoresKind } from './scores.js';

/** Output of a classifier for one text, computed here (`source` "served") or elsewhere ("logged"). */
export const PREDICTIONS = defineTable({
  table: 'predictions',
  columns: {
    /** UUID v7 whose time is `timestamp`; PostgreSQL partitions by it. */
    id: primary(uuid()),
    tenant_id: uuid(),
    /** When the prediction was made. The caller sends it for logged predictions. */
    timestamp: time(),
    /** When the server accepted the prediction. */
    recorded_at: time(),
    input_text: nullable(text()),
    /** HMAC of tenant and text: equal texts have equal hashes, but a hash does not reveal its text. */
    input_hash: nullable(string(64)),
    model: string(100),
    model_version: string(100),
    label: string(64),
    confidence_score: nullable(double()),
    /** Probability of each class. */
    scores: nullable(json<Record<string, number>>()),
    /** What the scores are; null without scores, and for predictions of previous versions. */
    scores_kind: nullable(string<ScoresKind>(16)),
    latency_ms: nullable(double()),
    cache_hit: boolean(),
    inference_id: nullable(string(128)),
    user_id: nullable(string(128)),
    session_id: nullable(string(128)),
    metadata: nullable(json<Record<string, unknown>>()),
    source: string<'served' | 'logged'>(16),
  },
  names: { confidence_score: 'confidence' },
  indexes: [
    { name: 'idx_predictions_timestamp', columns: ['tenant_id', 'timestamp', 'id'] },
    { name: 'idx_predictions_label', columns: ['tenant_id', 'label', 'timestamp', 'id'] },
    { name: 'idx_predictions_timestamp_label', columns: ['tenant_id', 'timestamp', 'label'] },
    {
      name: 'idx_predictions_inference',
      columns: ['tenant_id', 'inference_id', 'id'],
      where: 'inference_id IS NOT NULL',
    },
    { name: 'idx_predictions_user', columns: ['tenant_id', 'user_id', 'id'], where: 'user_id IS NOT NULL' },
    { name: 'idx_predictions_session', columns: ['tenant_id', 'session_id', 'id'], where: 'session_id IS NOT NULL' },
  ],
  // The hash represents the text, because encryption produces a different ciphertext for each copy.
  identity: ['tenant_id', 'timestamp', 'model', 'model_version', 'label', 'confidence_score', 'input_hash', 'user_id'],
  acceptedAt: 'recorded_at',
  retention: { kind: 'predictions', time: 'timestamp', partitioned: true },
  subject: {
    store: 'predictions',
    // Feedback sent with the token of the prediction, for example. Unverified feedback stays, because its author is
    // unknown.
    dependents: [{ table: 'feedback_submissions', column: 'prediction_id', where: "link <> 'unverified'" }],
  },
  sealed: { columns: { input_text: 'text', metadata: 'json' } },
  transfer: {
    kind: 'predictions',
    time: 'timestamp',
    timeInId: true,
    omitted: ['input_hash'],
    texts: ['input_text', 'metadata'],
    sealedJson: ['metadata'],
    defaults: { cache_hit: false, source: 'logged' },
  },
  growth: { partitioned: true },
});

/** A prediction with decrypted texts. Times are in milliseconds since 1970. */
export type Prediction = RecordOf<typeof PREDICTIONS>;

/** A prediction to record. Nullable fields are optional. */
export type NewPrediction = NewRecordOf<typeof PREDICTIONS>;

/** Filters of a list. Times are in milliseconds since 1970; `to` is exclusive and the other bounds are inclusive. */
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
  inferenceId?: string;
  cacheHit?: boolean;
}
