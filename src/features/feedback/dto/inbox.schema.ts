import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import { type TableGrowth, toGrowthResource } from '#growth';
import { fieldChanges, SchemaValidator } from '#http';
import type { Cleanup } from '../inbox/cleanup.service.js';
import type { HistoryEntry, InboxItem, StorageFigures, Triage } from '../inbox/inbox.js';
import type { Screenshot } from '../submission.js';

const time = Type.String({ format: 'date-time' });
const nullable = <T>(type: string, description?: string) =>
  Type.Unsafe<T | null>({ type: [type, 'null'], ...(description ? { description } : {}) });
const json = Type.Unsafe<unknown>({ description: 'JSON as the client sent it.' });

export const ScreenshotSchema = Type.Object(
  {
    n: Type.Integer({ description: 'Index of the screenshot, starting at 0.' }),
    state: Type.String({ description: '`pending`, `ready` or `failed`.' }),
    content_type: Type.String(),
    width: nullable<number>('integer'),
    height: nullable<number>('integer'),
    size_kb: Type.Number(),
    url: Type.String(),
    thumbnail_url: Type.String(),
  },
  { $id: 'Screenshot' },
);

export const FeedbackSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    session_id: Type.String(),
    category: Type.String(),
    description: Type.String(),
    url: Type.String(),
    timestamp: Type.String({ description: "Time on the client's clock." }),
    browser: nullable<string>('string'),
    os: nullable<string>('string'),
    screen_resolution: nullable<string>('string'),
    viewport_size: nullable<string>('string'),
    user_id: nullable<string>('string'),
    prediction_id: nullable<string>('string'),
    link: nullable<string>(
      'string',
      '`linked`, `pending`, or `unverified` if the request had no key or token; unverified links are never counted.',
    ),
    has_screenshot: Type.Boolean(),
    has_annotation: Type.Boolean(),
    annotation_coords: json,
    api_state: json,
    api_state_unreadable: Type.Optional(
      Type.Boolean({ description: 'True if no key of the server decrypts `api_state`; see FL_ENCRYPTION_KEY.' }),
    ),
    screenshots: Type.Array(ScreenshotSchema),
    created_at: time,
    is_read: Type.Boolean(),
    is_archived: Type.Boolean(),
    admin_notes: nullable<string>('string'),
    quarantine: nullable<string>(
      'string',
      'Why the feedback is in quarantine: `honeypot`, `too_fast` or `near_duplicate`.',
    ),
    version: Type.Integer({ description: 'Version of the feedback, as in `ETag`.' }),
    deleted_at: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' }),
  },
  { $id: 'FeedbackSubmission' },
);
export type FeedbackResource = Static<typeof FeedbackSchema>;

export const TriageSchema = Type.Object(
  {
    is_read: Type.Optional(Type.Boolean()),
    is_archived: Type.Optional(Type.Boolean()),
    admin_notes: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 10_000 })),
    category: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' })),
    quarantined: Type.Optional(
      Type.Unsafe<false>({ type: 'boolean', enum: [false], description: 'Releases the feedback from quarantine.' }),
    ),
  },
  { $id: 'FeedbackTriage', additionalProperties: false, minProperties: 1, example: { is_read: true } },
);
export const triageValidator = new SchemaValidator(TriageSchema);

export function toTriage(body: Static<typeof TriageSchema>): Triage {
  return {
    isRead: body.is_read,
    isArchived: body.is_archived,
    adminNotes: body.admin_notes,
    category: body.category?.trim(),
    quarantined: body.quarantined,
  };
}

const FeedbackChangeSchema = Type.Object(
  {
    version: Type.Integer({ description: 'Version after the change.' }),
    changed_at: time,
    changed_by: Type.String(),
    changes: fieldChanges(),
  },
  { $id: 'FeedbackChange' },
);

export const HistorySchema = Type.Object(
  { data: Type.Array(FeedbackChangeSchema, { description: 'Oldest first.' }) },
  { $id: 'FeedbackHistory' },
);

const perDay = () => Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'Null on the first day.' });

export const GrowthSchema = Type.Object(
  {
    table: Type.String(),
    rows: Type.Integer(),
    bytes: Type.Integer({ description: "Includes indexes. In a shared table, the tenant's share by number of rows." }),
    rows_per_day: perDay(),
    bytes_per_day: perDay(),
    in_30_days: Type.Union([Type.Object({ rows: Type.Integer(), bytes: Type.Integer() }), Type.Null()], {
      description: 'Forecast at the current rate.',
    }),
    sampled_at: time,
  },
  { $id: 'TableGrowth' },
);

export const StorageSchema = Type.Object(
  {
    success: Type.Boolean(),
    data: Type.Object({
      total_submissions: Type.Integer(),
      total_screenshots: Type.Integer(),
      total_screenshot_storage_kb: Type.Number(),
      total_screenshot_storage_mb: Type.Number(),
      avg_screenshot_size_kb: Type.Number(),
      max_screenshot_size_kb: Type.Number(),
      submissions_last_24h: Type.Integer(),
    }),
    growth: Type.Array(GrowthSchema, {
      description: 'Growth by table, sampled hourly; empty before the first sample.',
    }),
  },
  { $id: 'StorageMetrics' },
);

export const CleanupSchema = Type.Object(
  {
    success: Type.Boolean(),
    data: Type.Object({
      submissions_deleted: Type.Integer(),
      screenshots_deleted: Type.Integer(),
      cutoff_date: time,
      retention_days: Type.Integer(),
      dry_run: Type.Boolean(),
    }),
  },
  { $id: 'CleanupResult' },
);

export function toFeedbackResource(item: InboxItem): FeedbackResource {
  return {
    id: item.id,
    session_id: item.sessionId,
    category: item.category,
    description: item.description,
    url: item.url,
    timestamp: item.timestamp,
    browser: item.browser,
    os: item.os,
    screen_resolution: item.screenResolution,
    viewport_size: item.viewportSize,
    user_id: item.userId,
    prediction_id: item.predictionId,
    link: item.link === 'none' ? null : item.link,
    has_screenshot: item.hasScreenshot,
    has_annotation: item.hasAnnotation,
    annotation_coords: item.annotationCoords,
    api_state: item.apiState,
    ...(item.apiStateUnreadable ? { api_state_unreadable: true } : {}),
    screenshots: item.screenshots.map((screenshot) => toScreenshotResource(item.id, screenshot)),
    created_at: formatTime(item.createdAt),
    is_read: item.isRead,
    is_archived: item.isArchived,
    admin_notes: item.adminNotes,
    quarantine: item.quarantine,
    version: item.version,
    deleted_at: item.deletedAt === null ? null : formatTime(item.deletedAt),
  };
}

function toScreenshotResource(feedbackId: string, screenshot: Screenshot): Static<typeof ScreenshotSchema> {
  const url = `/admin/api/feedback/${feedbackId}/screenshots/${screenshot.n}`;
  return {
    n: screenshot.n,
    state: screenshot.state,
    content_type: screenshot.contentType,
    width: screenshot.width,
    height: screenshot.height,
    size_kb: screenshot.sizeKb,
    url,
    thumbnail_url: `${url}/thumbnail`,
  };
}

export function toHistoryResource(entries: readonly HistoryEntry[]): Static<typeof HistorySchema> {
  return {
    data: entries.map(({ changedAt, changedBy, changes, version }) => ({
      version,
      changed_at: formatTime(changedAt),
      changed_by: changedBy,
      changes: Object.fromEntries(
        Object.entries(changes).map(([field, values]): [string, [unknown, unknown]] => [
          field,
          field === 'deleted_at' ? [timeOrNull(values[0]), timeOrNull(values[1])] : values,
        ]),
      ),
    })),
  };
}

export function toStorageResource(
  figures: StorageFigures,
  growth: readonly TableGrowth[],
): Static<typeof StorageSchema> {
  return {
    success: true,
    data: {
      total_submissions: figures.submissions,
      total_screenshots: figures.screenshots,
      total_screenshot_storage_kb: rounded(figures.storageKb),
      total_screenshot_storage_mb: rounded(figures.storageKb / 1024),
      avg_screenshot_size_kb: rounded(figures.averageKb),
      max_screenshot_size_kb: rounded(figures.largestKb),
      submissions_last_24h: figures.submissionsLast24h,
    },
    growth: growth.map(toGrowthResource),
  };
}

export function toCleanupResource(cleanup: Cleanup, days: number, dryRun: boolean): Static<typeof CleanupSchema> {
  return {
    success: true,
    data: {
      submissions_deleted: cleanup.submissions,
      screenshots_deleted: cleanup.screenshots,
      cutoff_date: formatTime(cleanup.cutoff),
      retention_days: days,
      dry_run: dryRun,
    },
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function timeOrNull(value: unknown): string | null {
  return typeof value === 'number' ? formatTime(value) : null;
}
