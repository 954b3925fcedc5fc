import { IntegerColumn, JsonColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';
import { HistoryOf } from '../temporal/temporal.decorator.js';
import { FeedbackSubmissionEntity } from './feedback-submission.entity.js';

/** A change of a submission: its author, its time, and the values before and after. */
@PortableEntity(
  'feedback_submissions_history',
  [{ name: 'uq_feedback_history_version', columns: ['feedbackId', 'version'], unique: true }],
  [
    {
      name: 'fk_feedback_history_feedback',
      target: FeedbackSubmissionEntity,
      columns: ['feedbackId'],
      references: ['id'],
    },
  ],
)
@HistoryOf(FeedbackSubmissionEntity, 'feedbackId')
export class FeedbackHistoryEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() feedbackId!: string;
  /** Version that the change created. */
  @IntegerColumn() version!: number;
  @TimeColumn() changedAt!: number;
  @StringColumn(64) changedBy!: string;
  /** Field → [before, after]. */
  @JsonColumn() changes!: Record<string, [unknown, unknown]>;
}
