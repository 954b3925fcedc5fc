import { IntegerColumn, JsonColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** Labelled texts, frozen: what it holds never changes; an erasure revokes it and another takes its place. */
@PortableEntity('training_sets', [{ name: 'idx_training_sets_tenant', columns: ['tenantId', 'createdAt', 'id'] }])
export class TrainingSetEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(100) name!: string;
  /** `ready` or `revoked`. */
  @StringColumn(16) state!: string;
  /** What was asked for. */
  @JsonColumn() selection!: Record<string, unknown>;
  /** Where it comes from: counts by source, split and label, conflicts, what is biased. */
  @JsonColumn() provenance!: Record<string, unknown>;
  @IntegerColumn() examples!: number;
  /** Of its bytes; null until somebody asks for those of a successor. */
  @StringColumn(64, { nullable: true }) sha256!: string | null;
  @TimeColumn() createdAt!: number;
  @StringColumn(64) createdBy!: string;
  @TimeColumn({ nullable: true }) revokedAt!: number | null;
  @UuidColumn({ nullable: true }) predecessorId!: string | null;
  @UuidColumn({ nullable: true }) successorId!: string | null;
}
