import {
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TextColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

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

/** One line of a training set. */
@PortableEntity('training_examples', [
  { name: 'uq_training_examples_n', columns: ['trainingSetId', 'n'], unique: true },
])
export class TrainingExampleEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() trainingSetId!: string;
  @IntegerColumn() n!: number;
  /** JSON, encrypted. */
  @TextColumn() body!: string;
}

/** Whose predictions a line was made of. */
@PortableEntity('training_sources', [
  { name: 'idx_training_sources_user', columns: ['tenantId', 'userId', 'trainingSetId'] },
  { name: 'idx_training_sources_set', columns: ['trainingSetId', 'n'] },
])
export class TrainingSourceEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() trainingSetId!: string;
  @IntegerColumn() n!: number;
  @UuidColumn() predictionId!: string;
  @StringColumn(128) userId!: string;
  /** When the prediction was. */
  @TimeColumn() acceptedAt!: number;
}
