import {
  BooleanColumn,
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TextColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';
import { Temporal } from '../temporal/temporal.decorator.js';

/** A submission and its triage. Each filter of the inbox has its own index, in the order of the list. */
@PortableEntity('feedback_submissions', [
  { name: 'idx_feedback_created', columns: ['tenantId', 'createdAt', 'id'] },
  { name: 'idx_feedback_category', columns: ['tenantId', 'category', 'createdAt', 'id'] },
  { name: 'idx_feedback_read', columns: ['tenantId', 'isRead', 'createdAt', 'id'] },
  { name: 'idx_feedback_archived', columns: ['tenantId', 'isArchived', 'createdAt', 'id'] },
  { name: 'idx_feedback_screenshot', columns: ['tenantId', 'hasScreenshot', 'createdAt', 'id'] },
  { name: 'idx_feedback_session', columns: ['tenantId', 'sessionId', 'createdAt', 'id'] },
  { name: 'idx_feedback_timestamp', columns: ['tenantId', 'timestamp'] },
  { name: 'idx_feedback_quarantine', columns: ['tenantId', 'createdAt', 'id'], where: 'quarantine IS NOT NULL' },
  { name: 'idx_feedback_user', columns: ['tenantId', 'userId'], where: 'user_id IS NOT NULL' },
  { name: 'idx_feedback_prediction', columns: ['tenantId', 'predictionId'], where: 'prediction_id IS NOT NULL' },
  { name: 'idx_feedback_pending', columns: ['createdAt', 'id'], where: "link = 'pending'" },
])
@Temporal({
  strategy: 'copy_on_change',
  displayName: 'The submission',
  tracked: ['isRead', 'isArchived', 'adminNotes', 'category', 'quarantine'],
})
export class FeedbackSubmissionEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(128) sessionId!: string;
  @StringColumn(64) category!: string;
  @TextColumn() description!: string;
  @TextColumn() url!: string;
  /** Time of the client: ISO 8601 in UTC, or the original text if it could not be read. */
  @StringColumn(100) timestamp!: string;
  @StringColumn(255, { nullable: true }) browser!: string | null;
  @StringColumn(255, { nullable: true }) os!: string | null;
  @StringColumn(64, { nullable: true }) screenResolution!: string | null;
  @StringColumn(64, { nullable: true }) viewportSize!: string | null;
  @StringColumn(128, { nullable: true }) userId!: string | null;
  @UuidColumn({ nullable: true }) predictionId!: string | null;
  /** `none`, `linked`, `pending`, or `unverified`: named without a key or token, and never counted. */
  @StringColumn(16) link!: string;
  @BooleanColumn() hasScreenshot!: boolean;
  @BooleanColumn() hasAnnotation!: boolean;
  @JsonColumn({ nullable: true }) annotationCoords!: object | null;
  /** Encrypted JSON. */
  @TextColumn({ nullable: true }) apiState!: string | null;
  /** Time of the server. */
  @TimeColumn() createdAt!: number;
  @BooleanColumn() isRead!: boolean;
  @BooleanColumn() isArchived!: boolean;
  @TextColumn({ nullable: true }) adminNotes!: string | null;
  /** Reason for the quarantine; null: not quarantined. */
  @StringColumn(32, { nullable: true }) quarantine!: string | null;
  /** Number of the current version, for `If-Match`. */
  @IntegerColumn() version!: number;
  @TimeColumn({ nullable: true }) deletedAt!: number | null;
  /** Words of the description, as both databases index them. */
  @TextColumn() searchText!: string;
}
