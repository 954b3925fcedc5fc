import {
  bytes,
  defineTable,
  double,
  FeedbackHistoryEntity,
  FeedbackSubmissionEntity,
  integer,
  nullable,
  primary,
  string,
  time,
  uuid,
} from '#persistence';
import type { ScreenshotState } from './submission.js';

/** Submitted feedback and its triage. HISTORY holds the changes. */
export const SUBMISSIONS = defineTable({
  entity: FeedbackSubmissionEntity,
  notInserted: ['deleted_at'],
  identity: ['tenant_id', 'session_id', 'category', 'description', 'created_at'],
  acceptedAt: 'created_at',
  retention: { kind: 'feedback', time: 'created_at' },
  subject: { store: 'feedback' },
  // Queues the files of screenshots outside the database for deletion.
  beforeDelete: (marks) =>
    'INSERT INTO blob_deletions (id, tenant_id, store, created_at) SELECT id, tenant_id, store, created_at FROM feedback_screenshots ' +
    `WHERE tenant_id = $1 AND store <> 'database' AND feedback_id IN (${marks}) ON CONFLICT (id) DO NOTHING`,
  sealed: { columns: { api_state: 'text' } },
  transfer: {
    kind: 'feedback',
    time: 'created_at',
    omitted: ['search_text', 'deleted_at', 'has_screenshot', 'version'],
    texts: ['description', 'admin_notes', 'api_state', 'url', 'annotation_coords'],
    sealedJson: ['api_state'],
    orNumber: ['timestamp'],
    defaults: { link: 'none', has_annotation: null, is_read: false, is_archived: false },
  },
  growth: {},
  events: {
    type: 'feedback.created',
    payload: ({ category, id, prediction_id, quarantine }) => ({
      id,
      category,
      prediction_id: prediction_id ?? null,
      quarantined: quarantine != null,
    }),
  },
});

/** Screenshots of submissions: as uploaded while `pending`, re-encoded once `ready`. */
export const SCREENSHOTS = defineTable({
  table: 'feedback_screenshots',
  columns: {
    id: primary(uuid()),
    tenant_id: uuid(),
    feedback_id: uuid(),
    /** Index within the submission, starting at 0. */
    n: integer(),
    state: string<ScreenshotState>(16),
    content_type: string(32),
    width: nullable(integer()),
    height: nullable(integer()),
    size_kb: double(),
    /** Store of the bytes: database, directory or s3. */
    store: string(16),
    /** Null if the bytes are in another store. */
    screenshot_data: nullable(bytes()),
    thumbnail_data: nullable(bytes()),
    created_at: time(),
    /** When a server started to encode the screenshot. */
    claimed_at: nullable(time()),
    attempts: integer(),
    /** Why the screenshot could not be encoded. */
    failure: nullable(string(64)),
  },
  notInserted: ['thumbnail_data', 'claimed_at', 'failure'],
  indexes: [
    { name: 'uq_feedback_screenshots_n', columns: ['feedback_id', 'n'], unique: true },
    { name: 'idx_feedback_screenshots_tenant', columns: ['tenant_id', 'created_at'] },
    { name: 'idx_feedback_screenshots_pending', columns: ['created_at', 'id'], where: "state = 'pending'" },
  ],
  foreignKeys: [
    {
      name: 'fk_feedback_screenshots_feedback',
      target: FeedbackSubmissionEntity,
      columns: ['feedback_id'],
      references: ['id'],
    },
  ],
  parent: { table: 'feedback_submissions', column: 'feedback_id' },
  store: 'screenshots',
  growth: {},
});

/** Changes of submissions: author, time, and the values before and after. */
export const HISTORY = defineTable({
  entity: FeedbackHistoryEntity,
  parent: { table: 'feedback_submissions', column: 'feedback_id' },
  store: 'feedback_history',
});
