import { BooleanColumn, JsonColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** A data subject that was erased, or asked to be; nobody can tell from it who that was. */
@PortableEntity('erasures', [{ name: 'idx_erasures_requested', columns: ['requestedAt'] }])
export class ErasureEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  /** HMAC of tenant and subject. */
  @StringColumn(64, { primary: true }) subjectHash!: string;
  @UuidColumn() certificateId!: string;
  /** When somebody last asked: what was accepted before goes, also when it arrives later. */
  @TimeColumn() requestedAt!: number;
  /** When something was last removed. */
  @TimeColumn() erasedAt!: number;
  /** Whether there was anything. */
  @BooleanColumn() found!: boolean;
  /** Store → how many. */
  @JsonColumn() removed!: Record<string, number>;
}
