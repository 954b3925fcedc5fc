import { CountColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** Size of a tenant's share of a table on a day. The last sample of the day is kept. */
@PortableEntity('growth_samples')
export class GrowthSampleEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  @StringColumn(64, { primary: true }) tableName!: string;
  /** Start of the day, UTC. */
  @TimeColumn({ primary: true }) day!: number;
  @TimeColumn() sampledAt!: number;
  @CountColumn() totalRows!: number;
  /** Share of the table's size including indexes, in proportion to the rows. */
  @CountColumn() totalBytes!: number;
}
