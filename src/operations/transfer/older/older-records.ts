import { formatTime, parseTime } from '#kernel';
import type { LegacyRow, TransferKind } from '#persistence';

/** A table of an older system, and what its rows become. */
export interface OlderTable {
  kind: TransferKind;
  /** Tables it may be called, each with columns that tell it from others. */
  names: readonly string[];
  columns: readonly string[];
  /** `time`: when it was, milliseconds since 1970. */
  time(row: LegacyRow): number | undefined;
  record(row: LegacyRow, time: number): Record<string, unknown>;
  /** Something that has to be there is missing, or too long, and was made up or cut. */
  isIncomplete?(row: LegacyRow): boolean;
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

/** Characters of a browser, or of an operating system. */
const MAX_AGENT = 255;

/** Feedback of system 3; its pictures stand in a table beside. */
const FEEDBACK: OlderTable = {
  kind: 'feedback',
  names: ['feedback_submissions'],
  columns: ['id', 'session_id', 'category', 'description', 'url'],
  time: ({ created_at, timestamp }) => timeOf(created_at) ?? timeOf(timestamp),
  record: (row, time) => ({
    // A text must not be lost for what is missing beside it.
    session_id: text(row.session_id) || 'unknown',
    category: text(row.category) || 'other',
    description: text(row.description),
    url: text(row.url),
    timestamp: text(row.timestamp) ?? formatTime(time),
    browser: cut(row.browser, MAX_AGENT),
    os: cut(row.os, MAX_AGENT),
    screen_resolution: text(row.screen_resolution),
    viewport_size: text(row.viewport_size),
    has_annotation: flag(row.has_annotation),
    annotation_coords: structure(blank(row.annotation_coords)),
    api_state: structure(blank(row.api_state)),
    created_at: formatTime(time),
    is_read: flag(row.is_read),
    is_archived: flag(row.is_archived),
    admin_notes: blank(row.admin_notes),
  }),
  isIncomplete: ({ browser, category, os, session_id, timestamp }) =>
    [category, session_id, timestamp].some((value) => text(value) === null || text(value) === '') ||
    [browser, os].some((value) => (text(value)?.length ?? 0) > MAX_AGENT),
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
      Object.entries(row).flatMap(([name, value]) =>
        known.has(name) || value === null ? [] : [[name, decoded(value)]],
      ),
    );
    const data = asJson(first(row, METRIC_COLUMNS.data));
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return {
      type: text(first(row, METRIC_COLUMNS.type)),
      timestamp: formatTime(time),
      accepted_at: formatTime(time),
      user_id: blank(row.user_id),
      org_id: blank(row.org_id),
      data: { ...(isObject ? data : { value: data ?? null }), ...columnsBeside(others, isObject ? data : {}) },
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
  const read = decoded(value);
  return read === null || read === undefined
    ? null
    : typeof read === 'object'
      ? JSON.stringify(read)
      : String(read as string);
}

/** An empty text was nothing. */
function blank(raw: unknown): unknown {
  const value = decoded(raw);
  return value === '' || value === undefined ? null : typeof value === 'number' ? String(value) : value;
}

function flag(value: unknown): boolean {
  return value === true || value === 1 || /^(?:1|t|true|y|yes)$/i.test(typeof value === 'string' ? value.trim() : '');
}

function nameOf(row: LegacyRow, names: readonly string[]): string | undefined {
  return names.find((name) => row[name] != null) ?? names.find((name) => row[name] !== undefined);
}

function first(row: LegacyRow, names: readonly string[]): unknown {
  const name = nameOf(row, names);
  return name === undefined ? undefined : row[name];
}

function asJson(value: unknown): unknown {
  const read = decoded(value);
  if (typeof read !== 'string') return read;
  try {
    return JSON.parse(read) as unknown;
  } catch {
    return read;
  }
}

/** A text that SQLite was given as bytes. */
function decoded(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
}

/** A text that holds an object or a list; any other text is itself. */
function structure(value: unknown): unknown {
  const read = asJson(value);
  return typeof read === 'object' ? read : decoded(value);
}

function cut(value: unknown, most: number): string | null {
  return text(value)?.slice(0, most) ?? null;
}

/** A column that is called like a field of the data stands beside it. */
function columnsBeside(columns: Record<string, unknown>, data: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name in data ? `column_${name}` : name, value]),
  );
}
