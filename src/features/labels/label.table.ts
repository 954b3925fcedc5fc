import { defineTable, double, nullable, primary, type RecordOf, string, time, uuid } from '#persistence';
import type { Link } from './vote.table.js';

/** Where ground truth comes from; `audit` is drawn by the server alone. */
export const LABEL_SOURCES = ['system', 'import', 'review'] as const;
export type LabelSource = (typeof LABEL_SOURCES)[number] | 'audit';

/** Ground truth about one prediction. A label never changes: a later one is another row. */
export const LABELS = defineTable({
  table: 'prediction_labels',
  columns: {
    id: primary(uuid()),
    tenant_id: uuid(),
    /** As it was sent; tells whether a label that is sent again is the same. */
    given_prediction_id: nullable(uuid()),
    /** As it was sent; null when the label is valid since it was recorded. */
    given_valid_at: nullable(time()),
    /** Null while only `inference_id` is known. */
    prediction_id: nullable(uuid()),
    inference_id: nullable(string(128)),
    label: string(64),
    source: string<LabelSource>(16),
    /** Probability with which an audit was drawn. */
    pi: nullable(double()),
    /** Since when it is true. */
    valid_at: time(),
    /** When this server accepted it. */
    recorded_at: time(),
    labeller: nullable(string(128)),
    /** Whose text it is about, when the caller says so. */
    user_id: nullable(string(128)),
    /** `pending` until the prediction is here. */
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
  // Not what is resolved later: prediction and link.
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
  // Labels that never found their prediction expire too.
  retention: { kind: 'predictions', time: 'recorded_at' },
  subject: { store: 'labels' },
  parent: [
    { table: 'predictions', column: 'prediction_id' },
    {
      table: 'predictions',
      column: 'inference_id',
      // Labels that still wait to be linked.
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
  },
});

/** Times are in milliseconds since 1970. */
export type Label = RecordOf<typeof LABELS>;

/** A label as it is shown with its prediction. */
export type JudgedLabel = Omit<Label, 'givenPredictionId' | 'givenValidAt'>;
