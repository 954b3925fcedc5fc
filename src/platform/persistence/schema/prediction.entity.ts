import {
  BooleanColumn,
  DoubleColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TextColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

/** One answer of a classifier, computed here (`source` "served") or elsewhere ("logged"). */
@PortableEntity('predictions', [
  { name: 'idx_predictions_timestamp', columns: ['tenantId', 'timestamp', 'id'] },
  { name: 'idx_predictions_label', columns: ['tenantId', 'label', 'timestamp', 'id'] },
  { name: 'idx_predictions_timestamp_label', columns: ['tenantId', 'timestamp', 'label'] },
  { name: 'idx_predictions_inference', columns: ['tenantId', 'inferenceId', 'id'], where: 'inference_id IS NOT NULL' },
  { name: 'idx_predictions_user', columns: ['tenantId', 'userId', 'id'], where: 'user_id IS NOT NULL' },
  { name: 'idx_predictions_session', columns: ['tenantId', 'sessionId', 'id'], where: 'session_id IS NOT NULL' },
])
export class PredictionEntity {
  /** UUID v7 whose time is `timestamp`; PostgreSQL partitions by it. */
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  /** When the prediction was made; given by the caller for logged ones. */
  @TimeColumn() timestamp!: number;
  /** When this server accepted it. */
  @TimeColumn() recordedAt!: number;
  @TextColumn({ nullable: true }) inputText!: string | null;
  /** HMAC of tenant and text: equal texts meet, the text cannot be guessed back. */
  @StringColumn(64, { nullable: true }) inputHash!: string | null;
  @StringColumn(100) model!: string;
  @StringColumn(100) modelVersion!: string;
  @StringColumn(64) label!: string;
  @DoubleColumn({ nullable: true }) confidenceScore!: number | null;
  /** One probability for each class. */
  @JsonColumn({ nullable: true }) scores!: Record<string, number> | null;
  @DoubleColumn({ nullable: true }) latencyMs!: number | null;
  @BooleanColumn() cacheHit!: boolean;
  @StringColumn(128, { nullable: true }) inferenceId!: string | null;
  @StringColumn(128, { nullable: true }) userId!: string | null;
  @StringColumn(128, { nullable: true }) sessionId!: string | null;
  @JsonColumn({ nullable: true }) metadata!: Record<string, unknown> | null;
  @StringColumn(16) source!: string;
}
