import { BulkInsert, type RetainedTable, type SubjectTable } from '#persistence';
import type { FieldPlace, SealedTable } from '#secrets';

/** Whether the prediction it names is here; `unverified`: named by somebody without a key or token, never counted. */
export type SubmissionLink = 'none' | 'linked' | 'pending' | 'unverified';

/** What somebody wrote; fields already checked. */
export interface SubmissionInput {
  sessionId: string;
  category: string;
  description: string;
  url: string;
  /** The client's; ISO 8601 in UTC, or as it was sent when it cannot be read. */
  timestamp: string;
  browser: string | null;
  os: string | null;
  screenResolution: string | null;
  viewportSize: string | null;
  userId: string | null;
  predictionId: string | null;
  /** JSON. */
  annotationCoords: unknown;
  /** JSON. */
  apiState: unknown;
  /** A field that people do not see; programs fill it in. */
  honeypot: string | null;
  /** Milliseconds between opening the form and sending it. */
  elapsedMs: number | null;
}

/** A stored submission; times are milliseconds since 1970. */
export interface Submission extends Omit<SubmissionInput, 'honeypot' | 'elapsedMs'> {
  id: string;
  /** There is one, but no key of this server opens it. */
  apiStateUnreadable: boolean;
  link: SubmissionLink;
  hasScreenshot: boolean;
  hasAnnotation: boolean;
  createdAt: number;
  isRead: boolean;
  isArchived: boolean;
  adminNotes: string | null;
  quarantine: string | null;
  version: number;
  deletedAt: number | null;
}

export type ScreenshotState = 'pending' | 'ready' | 'failed';

/** A picture without its bytes. */
export interface Screenshot {
  id: string;
  feedbackId: string;
  n: number;
  state: ScreenshotState;
  contentType: string;
  width: number | null;
  height: number | null;
  sizeKb: number;
  failure: string | null;
}

export const SUBMISSION_INSERT = new BulkInsert(
  'feedback_submissions',
  {
    id: 'uuid',
    tenant_id: 'uuid',
    session_id: 'text',
    category: 'text',
    description: 'text',
    url: 'text',
    timestamp: 'text',
    browser: 'text',
    os: 'text',
    screen_resolution: 'text',
    viewport_size: 'text',
    user_id: 'text',
    prediction_id: 'uuid',
    link: 'text',
    has_screenshot: 'boolean',
    has_annotation: 'boolean',
    annotation_coords: 'json',
    api_state: 'text',
    created_at: 'timestamp',
    is_read: 'boolean',
    is_archived: 'boolean',
    admin_notes: 'text',
    quarantine: 'text',
    version: 'integer',
    search_text: 'text',
  },
  { identity: ['tenant_id', 'session_id', 'category', 'description', 'created_at'] },
);

export const SCREENSHOT_INSERT = new BulkInsert('feedback_screenshots', {
  id: 'uuid',
  tenant_id: 'uuid',
  feedback_id: 'uuid',
  n: 'integer',
  state: 'text',
  content_type: 'text',
  width: 'integer',
  height: 'integer',
  size_kb: 'double',
  store: 'text',
  screenshot_data: 'bytes',
  created_at: 'timestamp',
  attempts: 'integer',
});

export const RETAINED_SUBMISSIONS: RetainedTable = {
  kind: 'feedback',
  table: 'feedback_submissions',
  time: 'created_at',
  children: [
    { table: 'feedback_screenshots', column: 'feedback_id' },
    { table: 'feedback_submissions_history', column: 'feedback_id' },
  ],
  // What they had outside of the database is noted down to be deleted there.
  before: (marks) =>
    'INSERT INTO blob_deletions (id, tenant_id, store, created_at) SELECT id, tenant_id, store, created_at FROM feedback_screenshots ' +
    `WHERE tenant_id = $1 AND store <> 'database' AND feedback_id IN (${marks}) ON CONFLICT (id) DO NOTHING`,
};

export const SUBJECT_SUBMISSIONS: SubjectTable = {
  store: 'feedback',
  table: 'feedback_submissions',
  accepted: 'created_at',
  children: [
    { store: 'screenshots', table: 'feedback_screenshots', column: 'feedback_id' },
    { store: 'feedback_history', table: 'feedback_submissions_history', column: 'feedback_id' },
  ],
  ...(RETAINED_SUBMISSIONS.before ? { before: RETAINED_SUBMISSIONS.before } : {}),
};

export const SEALED_SUBMISSIONS: SealedTable = {
  table: 'feedback_submissions',
  columns: [{ name: 'api_state', kind: 'text' }],
};

export function apiStatePlace(id: string): FieldPlace {
  return { table: 'feedback_submissions', column: 'api_state', id };
}
