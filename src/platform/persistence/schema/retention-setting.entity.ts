import { IntegerColumn, PortableEntity, StringColumn, UuidColumn } from './portable-columns.js';

/** Days that a tenant keeps a kind of record, instead of those of the configuration. */
@PortableEntity('retention_settings')
export class RetentionSettingEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  @StringColumn(32, { primary: true }) kind!: string;
  @IntegerColumn() days!: number;
}
