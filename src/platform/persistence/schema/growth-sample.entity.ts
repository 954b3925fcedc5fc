import { CountColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** How much a tenant had in a table on a day; the last look of the day stays. */
@PortableEntity('growth_samples')
export class GrowthSampleEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  @StringColumn(64, { primary: true }) tableName!: string;
  /** Begin of the day, UTC. */
  @TimeColumn({ primary: true }) day!: number;
  @TimeColumn() sampledAt!: number;
  @CountColumn() totalRows!: number;
  /** The tenant's share of the table's size, indexes included, by rows. */
  @CountColumn() totalBytes!: number;
}
