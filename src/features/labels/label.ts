import { BulkInsert } from '#persistence';
import type { Link } from './vote.js';

/** Where truth comes from; `audit` is drawn by the server alone. */
export const LABEL_SOURCES = ['system', 'import', 'review'] as const;
export type LabelSource = (typeof LABEL_SOURCES)[number] | 'audit';

/** Ground truth; times are milliseconds since 1970. */
export interface Label {
  id: string;
  /** As it was sent. */
  givenPredictionId: string | null;
  /** As it was sent; null: it is valid since it was recorded. */
  givenValidAt: number | null;
  predictionId: string | null;
  inferenceId: string | null;
  label: string;
  source: LabelSource;
  /** Probability with which an audit was drawn. */
  pi: number | null;
  validAt: number;
  recordedAt: number;
  labeller: string | null;
  userId: string | null;
  link: Link;
}

/** A label as it is shown with its prediction. */
export type JudgedLabel = Omit<Label, 'givenPredictionId' | 'givenValidAt'>;

export const LABEL_INSERT = new BulkInsert(
  'prediction_labels',
  {
    id: 'uuid',
    tenant_id: 'uuid',
    given_prediction_id: 'uuid',
    given_valid_at: 'timestamp',
    prediction_id: 'uuid',
    inference_id: 'text',
    label: 'text',
    source: 'text',
    pi: 'double',
    valid_at: 'timestamp',
    recorded_at: 'timestamp',
    labeller: 'text',
    user_id: 'text',
    link: 'text',
  },
  // Not what is resolved later: prediction and link.
  {
    identity: [
      'tenant_id',
      'given_prediction_id',
      'given_valid_at',
      'inference_id',
      'label',
      'source',
      'labeller',
      'user_id',
    ],
  },
);
