import {
  BooleanColumn,
  CountColumn,
  DoubleColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  SumColumn,
  TextColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

/** Sums over the predictions of one time bucket that agree in all other columns of the key. */
abstract class PredictionRollup {
  @UuidColumn({ primary: true }) tenantId!: string;
  /** Start of the bucket, UTC. */
  @TimeColumn({ primary: true }) start!: number;
  @StringColumn(100, { primary: true }) model!: string;
  @StringColumn(100, { primary: true }) modelVersion!: string;
  @StringColumn(64, { primary: true }) label!: string;
  @BooleanColumn({ primary: true }) cacheHit!: boolean;
  @StringColumn(16, { primary: true }) source!: string;
  /** The server that wrote the row. Servers have separate rows and do not wait for each other. Empty once folded. */
  @StringColumn(32, { primary: true }) writer!: string;
  @CountColumn() predictions!: number;
  /** Number of predictions with a confidence. */
  @CountColumn() confidenceCount!: number;
  /** In millionths. */
  @SumColumn() confidenceSum!: number;
  @CountColumn() latencyCount!: number;
  /** In millionths of a millisecond. */
  @SumColumn() latencySum!: number;
  @DoubleColumn({ nullable: true }) latencyMax!: number | null;
  @TimeColumn({ nullable: true }) earliest!: number | null;
  @TimeColumn({ nullable: true }) latest!: number | null;
  /** Number of predictions by fiftieth of confidence, 0 to 49. */
  @JsonColumn() confidenceHistogram!: Record<string, number>;
  /** On PostgreSQL, counts that have not been added up: `bucket:count `, repeated. */
  @TextColumn({ default: '' }) confidenceHistogramPending!: string;
  /** Number of predictions by logarithm of the latency to the base 1.02; `small` for zero. */
  @JsonColumn() latencyHistogram!: Record<string, number>;
  @TextColumn({ default: '' }) latencyHistogramPending!: string;
}

/** Predictions by hour. */
@PortableEntity('prediction_rollup_hours', [
  { name: 'idx_prediction_rollup_hours_unfolded', columns: ['start'], where: "writer <> ''" },
])
export class PredictionRollupHourEntity extends PredictionRollup {}

/** Predictions by day (UTC). */
@PortableEntity('prediction_rollup_days', [
  { name: 'idx_prediction_rollup_days_unfolded', columns: ['start'], where: "writer <> ''" },
])
export class PredictionRollupDayEntity extends PredictionRollup {}

/** Predictions by hour that retention has deleted. The rollups still count them. */
@PortableEntity('prediction_rollup_retired')
export class PredictionRollupRetiredEntity extends PredictionRollup {}
