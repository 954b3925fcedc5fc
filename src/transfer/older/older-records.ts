import { createHash } from 'node:crypto';
import { formatTime, parseTime } from '../../common/index.js';
import type { OlderRow, TransferKind } from '../../persistence/index.js';

/** A table of an older system, and what its rows become. */
export interface OlderTable {
  kind: TransferKind;
  /** Tables it may be called, each with columns that tell it from others. */
  names: readonly string[];
  columns: readonly string[];
  /** `time`: when it was, milliseconds since 1970. */
  time(row: OlderRow): number | undefined;
  record(row: OlderRow, time: number): Record<string, unknown>;
}

/** What older predictions were made with, where only a version was kept. */
export const OLDER_MODEL = 'sentiment';

/** Predictions of system 4. Their ids live on as `inference_id`, by which labels and votes may still come. */
const PREDICTIONS: OlderTable = {
  kind: 'predictions',
  names: ['predictions'],
  columns: ['id', 'timestamp', 'predicted_sentiment', 'confidence_score'],
  time: ({ timestamp }) => timeOf(timestamp),
  record: (row, time) => ({
    timestamp: formatTime(time),
    recorded_at: formatTime(time),
    model: OLDER_MODEL,
    model_version: text(row.model_version) ?? 'unknown',
    label: text(row.predicted_sentiment),
    confidence: row.confidence_score,
    latency_ms: row.latency_ms,
    input_text: text(row.input_text),
    cache_hit: flag(row.cache_hit),
    inference_id: text(row.id),
    source: 'served',
  }),
};

/** Feedback of system 3; its pictures stand in a table beside. */
const FEEDBACK: OlderTable = {
  kind: 'feedback',
  names: ['feedback_submissions'],
  columns: ['id', 'session_id', 'category', 'description', 'url'],
  time: ({ created_at, timestamp }) => timeOf(created_at) ?? timeOf(timestamp),
  record: (row, time) => ({
    session_id: text(row.session_id),
    category: text(row.category),
    description: text(row.description),
    url: text(row.url),
    timestamp: text(row.timestamp),
    browser: text(row.browser),
    os: text(row.os),
    screen_resolution: text(row.screen_resolution),
    viewport_size: text(row.viewport_size),
    has_annotation: flag(row.has_annotation),
    annotation_coords: blank(row.annotation_coords),
    api_state: blank(row.api_state),
    created_at: formatTime(time),
    is_read: flag(row.is_read),
    is_archived: flag(row.is_archived),
    admin_notes: blank(row.admin_notes),
  }),
};

const METRIC_COLUMNS = {
  type: ['type', 'metric_type', 'name', 'kind'],
  data: ['data', 'payload', 'metric_data', 'value'],
  timestamp: ['timestamp', 'created_at', 'recorded_at', 'time'],
};

/** Metrics of system 0. Columns that have no place of their own go into `data`. */
const METRICS: OlderTable = {
  kind: 'metrics',
  names: ['metrics'],
  columns: [],
  time: (row) => timeOf(first(row, METRIC_COLUMNS.timestamp)),
  record: (row, time) => {
    const known = new Set([
      'id',
      'user_id',
      'org_id',
      ...Object.values(METRIC_COLUMNS).map((names) => nameOf(row, names)),
    ]);
    const others = Object.fromEntries(
      Object.entries(row).filter(([name, value]) => !known.has(name) && value !== null),
    );
    const data = asJson(first(row, METRIC_COLUMNS.data));
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return {
      type: text(first(row, METRIC_COLUMNS.type)),
      timestamp: formatTime(time),
      accepted_at: formatTime(time),
      user_id: blank(row.user_id),
      org_id: blank(row.org_id),
      data: { ...others, ...(isObject ? data : { value: data ?? null }) },
    };
  },
};

export const OLDER_TABLES: readonly OlderTable[] = [PREDICTIONS, FEEDBACK, METRICS];

/** The table that pictures of feedback stand in. */
export const OLDER_PICTURES = { table: 'feedback_screenshots', of: 'feedback_id', data: 'screenshot_data' };

/** The kind of a table, by its name and columns. A table of this product has a tenant, and is none. */
export function olderTable(name: string, columns: readonly string[]): OlderTable | undefined {
  if (columns.includes('tenant_id')) return undefined;
  return OLDER_TABLES.find(
    (table) => table.names.includes(name) && table.columns.every((column) => columns.includes(column)),
  );
}

/**
 * The id of an older record here: a UUID v7 of its time whose other bits are SHA-256 of where it comes from, so that importing it again is
 * importing the same.
 */
export function idOf(source: string, table: string, olderId: unknown, time: number): string {
  const hash = createHash('sha256')
    .update([source, table, String(olderId)].join('\n'))
    .digest('hex');
  const clock = Math.floor(time).toString(16).padStart(12, '0');
  const variant = ((parseInt(hash.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return `${clock.slice(0, 8)}-${clock.slice(8)}-7${hex3(hash, 0)}-${variant}${hex3(hash, 4)}-${hash.slice(8, 20)}`;
}

function hex3(hash: string, at: number): string {
  return hash.slice(at, at + 3);
}

/** The year 5138: nanoseconds are no milliseconds. */
const LATEST_MS = 1e14;

/** Texts without a zone are UTC; numbers are seconds, or milliseconds when they are large. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') {
    const ms = value > 1e11 ? Math.floor(value) : Math.floor(value * 1000);
    return ms >= 0 && ms < LATEST_MS ? ms : undefined;
  }
  return typeof value === 'string' ? parseTime(value.trim()) : undefined;
}

function text(value: unknown): string | null {
  return value === null || value === undefined
    ? null
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value as string);
}

/** An empty text was nothing. */
function blank(value: unknown): unknown {
  return value === '' || value === undefined ? null : typeof value === 'number' ? String(value) : value;
}

function flag(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}

function nameOf(row: OlderRow, names: readonly string[]): string | undefined {
  return names.find((name) => row[name] !== undefined);
}

function first(row: OlderRow, names: readonly string[]): unknown {
  const name = nameOf(row, names);
  return name === undefined ? undefined : row[name];
}

function asJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
