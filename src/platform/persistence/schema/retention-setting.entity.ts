import { IntegerColumn, PortableEntity, StringColumn, UuidColumn } from './portable-columns.js';

/** Days for which a tenant keeps a kind of record, instead of the configured number. */
@PortableEntity('retention_settings')
export class RetentionSettingEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  @StringColumn(32, { primary: true }) kind!: string;
  @IntegerColumn() days!: number;
}
