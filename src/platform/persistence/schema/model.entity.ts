import {
  BooleanColumn,
  DoubleColumn,
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';
import { Temporal } from '../temporal/temporal.decorator.js';

/** A served model, with one row per version, which shows the model that served at any time. */
@PortableEntity('models', [
  { name: 'uq_models_version', columns: ['recordId', 'version'], unique: true },
  { name: 'uq_models_current', columns: ['tenantId', 'name'], unique: true, where: 'valid_to IS NULL' },
])
@Temporal({
  strategy: 'scd2',
  displayName: 'The model',
  tracked: ['modelVersion', 'labels', 'traffic', 'shadow'],
})
export class ModelEntity {
  @UuidColumn({ primary: true }) id!: string;
  /** Id of the record; the same for all versions. */
  @UuidColumn() recordId!: string;
  /** Models are configured for all tenants; their rows belong to the first one. */
  @UuidColumn() tenantId!: string;
  @StringColumn(100) name!: string;
  /** The version as it appears in predictions. */
  @StringColumn(100) modelVersion!: string;
  @JsonColumn() labels!: string[];
  /** Share of the requests that name no model, 0 to 1. */
  @DoubleColumn() traffic!: number;
  /** Whether the model also runs for each request, without its prediction being returned. */
  @BooleanColumn() shadow!: boolean;
  @IntegerColumn() version!: number;
  /** Start of the validity of this row. */
  @TimeColumn() validFrom!: number;
  /** End of the validity; null: current. */
  @TimeColumn({ nullable: true }) validTo!: number | null;
  @StringColumn(64) changedBy!: string;
  @TimeColumn() createdAt!: number;
  @TimeColumn({ nullable: true }) deletedAt!: number | null;
}
