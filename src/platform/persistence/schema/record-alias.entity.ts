import { PortableEntity, TimeColumn, UuidColumn } from './portable-columns.js';

/** An id that a second server acknowledged in an outage for the same `Idempotency-Key`; it refers to the kept record. */
@PortableEntity('record_aliases', [
  { name: 'idx_record_aliases_created', columns: ['createdAt'] },
  { name: 'idx_record_aliases_record', columns: ['tenantId', 'recordId'] },
])
export class RecordAliasEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() recordId!: string;
  @TimeColumn() createdAt!: number;
}
