import { DoubleColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** Ground truth about one prediction; never changed: a later one stands beside it. */
@PortableEntity('prediction_labels', [
  { name: 'idx_prediction_labels_prediction', columns: ['tenantId', 'predictionId', 'recordedAt'] },
  {
    name: 'idx_prediction_labels_inference',
    columns: ['tenantId', 'inferenceId', 'recordedAt'],
    where: 'inference_id IS NOT NULL',
  },
  { name: 'idx_prediction_labels_recorded', columns: ['tenantId', 'recordedAt', 'id'] },
  { name: 'idx_prediction_labels_user', columns: ['tenantId', 'userId'], where: 'user_id IS NOT NULL' },
  { name: 'idx_prediction_labels_pending', columns: ['recordedAt', 'id'], where: "link = 'pending'" },
])
export class PredictionLabelEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  /** As it was sent: tells whether a label that is sent again is the same. */
  @UuidColumn({ nullable: true }) givenPredictionId!: string | null;
  @TimeColumn({ nullable: true }) givenValidAt!: number | null;
  /** Null while only `inference_id` is known. */
  @UuidColumn({ nullable: true }) predictionId!: string | null;
  @StringColumn(128, { nullable: true }) inferenceId!: string | null;
  @StringColumn(64) label!: string;
  /** system, import, review, or audit. */
  @StringColumn(16) source!: string;
  /** Probability with which an audit was drawn. */
  @DoubleColumn({ nullable: true }) pi!: number | null;
  /** Since when it is true. */
  @TimeColumn() validAt!: number;
  /** When this server accepted it. */
  @TimeColumn() recordedAt!: number;
  /** Who said so. */
  @StringColumn(128, { nullable: true }) labeller!: string | null;
  /** Whose text it is about, when the caller tells. */
  @StringColumn(128, { nullable: true }) userId!: string | null;
  /** `pending` until the prediction is here. */
  @StringColumn(16) link!: string;
}
