import {
  BytesColumn,
  DoubleColumn,
  IntegerColumn,
  PortableEntity,
  StringColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';
import { FeedbackSubmissionEntity } from './feedback-submission.entity.js';

/** A picture of a submission: as it was sent while `pending`, encoded anew when `ready`. */
@PortableEntity(
  'feedback_screenshots',
  [
    { name: 'uq_feedback_screenshots_n', columns: ['feedbackId', 'n'], unique: true },
    { name: 'idx_feedback_screenshots_tenant', columns: ['tenantId', 'createdAt'] },
    { name: 'idx_feedback_screenshots_pending', columns: ['createdAt', 'id'], where: "state = 'pending'" },
  ],
  [
    {
      name: 'fk_feedback_screenshots_feedback',
      target: FeedbackSubmissionEntity,
      columns: ['feedbackId'],
      references: ['id'],
    },
  ],
)
export class FeedbackScreenshotEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() feedbackId!: string;
  /** From 0. */
  @IntegerColumn() n!: number;
  /** pending, ready or failed. */
  @StringColumn(16) state!: string;
  @StringColumn(32) contentType!: string;
  @IntegerColumn({ nullable: true }) width!: number | null;
  @IntegerColumn({ nullable: true }) height!: number | null;
  @DoubleColumn() sizeKb!: number;
  /** Where the bytes are: database, directory or s3. */
  @StringColumn(16) store!: string;
  /** Null when they are elsewhere, or could not be read. */
  @BytesColumn({ nullable: true }) screenshotData!: Buffer | null;
  @BytesColumn({ nullable: true }) thumbnailData!: Buffer | null;
  @TimeColumn() createdAt!: number;
  /** When a server began to work on it. */
  @TimeColumn({ nullable: true }) claimedAt!: number | null;
  @IntegerColumn() attempts!: number;
  /** Why it could not be read. */
  @StringColumn(64, { nullable: true }) failure!: string | null;
}
