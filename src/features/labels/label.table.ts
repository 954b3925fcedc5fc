import { defineTable, double, nullable, primary, type RecordOf, string, time, uuid } from '#persistence';
import { LABEL_BATCHES } from './label-batch.js';
import type { Link } from './vote.table.js';

/** Sources of labels that a caller may send. The server alone sets `audit`, for samples that it draws. */
export const LABEL_SOURCES = ['system', 'import', 'review'] as const;
export type LabelSource = (typeof LABEL_SOURCES)[number] | 'audit';

/** Ground truth about one prediction. A label does not change: a later label is another row. */
export const LABELS = defineTable({
  table: 'prediction_labels',
  columns: {
    id: primary(uuid()),
    tenant_id: uuid(),
    /** Value that the caller sent. It shows whether a label with the same id has the same content. */
    given_prediction_id: nullable(uuid()),
    /** Value that the caller sent; null if the label is valid from the time at which it was recorded. */
    given_valid_at: nullable(time()),
    /** Null while only `inference_id` is known. */
    prediction_id: nullable(uuid()),
    inference_id: nullable(string(128)),
    label: string(64),
    source: string<LabelSource>(16),
    /** Probability with which the audit sample was drawn. */
    pi: nullable(double()),
    /** Time from which the label is valid. */
    valid_at: time(),
    /** When the server accepted the label. */
    recorded_at: time(),
    labeller: nullable(string(128)),
    /** The person whose text was labelled, if the caller sent it. */
    user_id: nullable(string(128)),
    /** `pending` until the prediction is in the database. */
    link: string<Link>(16),
  },
  indexes: [
    { name: 'idx_prediction_labels_prediction', columns: ['tenant_id', 'prediction_id', 'recorded_at'] },
    {
      name: 'idx_prediction_labels_inference',
      columns: ['tenant_id', 'inference_id', 'recorded_at'],
      where: 'inference_id IS NOT NULL',
    },
    { name: 'idx_prediction_labels_recorded', columns: ['tenant_id', 'recorded_at', 'id'] },
    { name: 'idx_prediction_labels_user', columns: ['tenant_id', 'user_id'], where: 'user_id IS NOT NULL' },
    { name: 'idx_prediction_labels_pending', columns: ['recorded_at', 'id'], where: "link = 'pending'" },
  ],
  // Prediction and link are missing, because they are resolved later.
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
  acceptedAt: 'recorded_at',
  // Labels whose prediction never arrived expire, too.
  retention: { kind: 'predictions', time: 'recorded_at' },
  subject: { store: 'labels' },
  parent: [
    { table: 'predictions', column: 'prediction_id' },
    {
      table: 'predictions',
      column: 'inference_id',
      // Labels that are not linked yet.
      matching: (marks) =>
        `prediction_id IS NULL AND inference_id IN (SELECT inference_id FROM predictions WHERE tenant_id = $1 AND id IN (${marks}))`,
      expires: false,
    },
  ],
  transfer: {
    kind: 'labels',
    time: 'recorded_at',
    omitted: ['link'],
    texts: [],
    defaults: { source: 'import', valid_at: null },
  },
  events: {
    type: 'label.created',
    payload: ({ id, inference_id, label, prediction_id, source }) => ({
      id,
      prediction_id: prediction_id ?? null,
      inference_id: inference_id ?? null,
      label,
      source,
    }),
    batch: LABEL_BATCHES,
  },
});

/** Times are in milliseconds since 1970. */
export type Label = RecordOf<typeof LABELS>;

/** A label as it is returned with its prediction. */
export type PredictionLabel = Omit<Label, 'givenPredictionId' | 'givenValidAt'>;
