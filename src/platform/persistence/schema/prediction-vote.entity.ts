import {
  BooleanColumn,
  IntegerColumn,
  PortableEntity,
  StringColumn,
  TextColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

/** What one rater thinks of one prediction; changed in place, withdrawn by a mark, so that a replay cannot bring it back. */
@PortableEntity('prediction_votes', [
  { name: 'idx_prediction_votes_prediction', columns: ['tenantId', 'predictionId'] },
  { name: 'idx_prediction_votes_accepted', columns: ['tenantId', 'acceptedAt', 'id'] },
  { name: 'idx_prediction_votes_user', columns: ['tenantId', 'userId'], where: 'user_id IS NOT NULL' },
  { name: 'idx_prediction_votes_pending', columns: ['acceptedAt', 'id'], where: "link = 'pending'" },
])
export class PredictionVoteEntity {
  /** Made of tenant, prediction and rater: one vote each. */
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() predictionId!: string;
  /** `token:…`, `user:…` or `key:…`. */
  @StringColumn(160) rater!: string;
  @StringColumn(128, { nullable: true }) userId!: string | null;
  @BooleanColumn({ nullable: true }) correct!: boolean | null;
  @StringColumn(64, { nullable: true }) label!: string | null;
  @IntegerColumn({ nullable: true }) rating!: number | null;
  /** Encrypted. */
  @TextColumn({ nullable: true }) comment!: string | null;
  @BooleanColumn() withdrawn!: boolean;
  /** Grows with every change that is accepted; the greater one wins, whenever it arrives. */
  @UuidColumn() acceptedId!: string;
  @TimeColumn() acceptedAt!: number;
  /** `pending` until the prediction is here. */
  @StringColumn(16) link!: string;
}
