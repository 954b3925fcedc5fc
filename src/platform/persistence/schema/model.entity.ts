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

/** A model that servers answer with, one row for each version of what is known of it: which model answered at a moment. */
@PortableEntity('models', [
  { name: 'uq_models_version', columns: ['recordId', 'version'], unique: true },
  { name: 'uq_models_current', columns: ['tenantId', 'name'], unique: true, where: 'valid_to IS NULL' },
])
@Temporal({
  strategy: 'scd2',
  what: 'The model',
  tracked: ['modelVersion', 'labels', 'traffic', 'shadow'],
})
export class ModelEntity {
  @UuidColumn({ primary: true }) id!: string;
  /** The same for all versions. */
  @UuidColumn() recordId!: string;
  /** Models are configured for all tenants; they stand under the first one. */
  @UuidColumn() tenantId!: string;
  @StringColumn(100) name!: string;
  /** As it stands in predictions. */
  @StringColumn(100) modelVersion!: string;
  @JsonColumn() labels!: string[];
  /** Share of the requests that name no model, 0 to 1. */
  @DoubleColumn() traffic!: number;
  /** Asked too, and not answered with. */
  @BooleanColumn() shadow!: boolean;
  @IntegerColumn() version!: number;
  /** Good from then, */
  @TimeColumn() validFrom!: number;
  /** until then; null: now. */
  @TimeColumn({ nullable: true }) validTo!: number | null;
  @StringColumn(64) changedBy!: string;
  @TimeColumn() createdAt!: number;
  @TimeColumn({ nullable: true }) deletedAt!: number | null;
}
