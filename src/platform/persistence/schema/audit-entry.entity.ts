import { JsonColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** What somebody with administrative rights did; written in the transaction of the by. */
@PortableEntity('audit_log', [{ name: 'idx_audit_log_tenant', columns: ['tenantId', 'at', 'id'] }])
export class AuditEntryEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @TimeColumn() at!: number;
  /** Id of the key, `cli`, or the server itself. */
  @StringColumn(64) actor!: string;
  @StringColumn(64) action!: string;
  @StringColumn(128) target!: string;
  /** Never a secret, never a text of a record. */
  @JsonColumn({ nullable: true }) details!: object | null;
}
