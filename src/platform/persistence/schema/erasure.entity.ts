import { BooleanColumn, JsonColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** The erasure of a data subject, or a request for one. The row does not identify the subject. */
@PortableEntity('erasures', [{ name: 'idx_erasures_requested', columns: ['requestedAt'] }])
export class ErasureEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  /** HMAC of tenant and subject. */
  @StringColumn(64, { primary: true }) subjectHash!: string;
  @UuidColumn() certificateId!: string;
  /** Time of the latest request. Records accepted before it are erased, even if they arrive later. */
  @TimeColumn() requestedAt!: number;
  /** Time at which records were last removed. */
  @TimeColumn() erasedAt!: number;
  /** Whether there were any records. */
  @BooleanColumn() found!: boolean;
  /** Number of removed rows by store. */
  @JsonColumn() removed!: Record<string, number>;
}
