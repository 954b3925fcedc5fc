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

/** Sums over the predictions of one bucket of time that agree in everything else that is key here. */
abstract class PredictionRollup {
  @UuidColumn({ primary: true }) tenantId!: string;
  /** Begin of the bucket, UTC. */
  @TimeColumn({ primary: true }) start!: number;
  @StringColumn(100, { primary: true }) model!: string;
  @StringColumn(100, { primary: true }) modelVersion!: string;
  @StringColumn(64, { primary: true }) label!: string;
  @BooleanColumn({ primary: true }) cacheHit!: boolean;
  @StringColumn(16, { primary: true }) source!: string;
  /** Whose sums these are: writers have rows of their own, so that they do not wait for one another. Empty once folded. */
  @StringColumn(32, { primary: true }) writer!: string;
  @CountColumn() predictions!: number;
  /** Predictions that have a confidence. */
  @CountColumn() confidenceCount!: number;
  /** In millionths. */
  @SumColumn() confidenceSum!: number;
  @CountColumn() latencyCount!: number;
  /** In millionths of a millisecond. */
  @SumColumn() latencySum!: number;
  @DoubleColumn({ nullable: true }) latencyMax!: number | null;
  @TimeColumn({ nullable: true }) earliest!: number | null;
  @TimeColumn({ nullable: true }) latest!: number | null;
  /** Predictions by fiftieth of confidence, 0 to 49. */
  @JsonColumn() confidenceHistogram!: Record<string, number>;
  /** On PostgreSQL, counts not yet added up: `bucket:count `, again and again. */
  @TextColumn({ default: '' }) confidenceHistogramPending!: string;
  /** Predictions by logarithm of the latency to the base 1.02; `small` for none at all. */
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

/** Predictions by hour that retention has deleted: the rollups still count them. */
@PortableEntity('prediction_rollup_retired')
export class PredictionRollupRetiredEntity extends PredictionRollup {}
