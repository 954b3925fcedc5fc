import { PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

@PortableEntity('tenants', [{ name: 'uq_tenants_slug', columns: ['slug'], unique: true }])
export class TenantEntity {
  @UuidColumn({ primary: true }) id!: string;
  @StringColumn(64) slug!: string;
  @StringColumn(200) name!: string;
  @TimeColumn() createdAt!: number;
}
