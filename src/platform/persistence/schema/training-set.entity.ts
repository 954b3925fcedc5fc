import { IntegerColumn, JsonColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** A frozen set of labelled texts. Its content never changes; an erasure revokes it and creates a successor. */
@PortableEntity('training_sets', [{ name: 'idx_training_sets_tenant', columns: ['tenantId', 'createdAt', 'id'] }])
export class TrainingSetEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(100) name!: string;
  /** `ready` or `revoked`. */
  @StringColumn(16) state!: string;
  /** The requested selection. */
  @JsonColumn() selection!: Record<string, unknown>;
  /** Counts by source, split and label, conflicts, and biases. */
  @JsonColumn() provenance!: Record<string, unknown>;
  @IntegerColumn() examples!: number;
  /** SHA-256 of the bytes; null for a successor until they are first requested. */
  @StringColumn(64, { nullable: true }) sha256!: string | null;
  @TimeColumn() createdAt!: number;
  @StringColumn(64) createdBy!: string;
  @TimeColumn({ nullable: true }) revokedAt!: number | null;
  @UuidColumn({ nullable: true }) predecessorId!: string | null;
  @UuidColumn({ nullable: true }) successorId!: string | null;
}
