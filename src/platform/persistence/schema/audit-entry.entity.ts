import { JsonColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** An action of a caller with administrative permissions, recorded in the transaction of the action. */
@PortableEntity('audit_log', [{ name: 'idx_audit_log_tenant', columns: ['tenantId', 'at', 'id'] }])
export class AuditEntryEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @TimeColumn() at!: number;
  /** Id of the key, `cli`, or `server`. */
  @StringColumn(64) actor!: string;
  @StringColumn(64) action!: string;
  @StringColumn(128) target!: string;
  /** Never holds a secret or a text of a record. */
  @JsonColumn({ nullable: true }) details!: object | null;
}
