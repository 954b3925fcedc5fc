import { types } from 'node:util';
import { cutText, formatTime, isLongerThan, parseExactJson, parseNumber, parseTime, timeOfNumber } from '#kernel';
import type { TransferKind } from '#persistence';
import type { LegacyRow } from './legacy-database.js';

/** A table of a legacy system, and the records its rows become. */
export interface LegacyTable {
  kind: TransferKind;
  /** Names that the table may have. */
  names: readonly string[];
  /** Columns by which the table is recognized. */
  columns: readonly string[];
  /** Returns the time of the record in milliseconds since 1970; undefined if it cannot be read. */
  time(row: LegacyRow): number | undefined;
  record(row: LegacyRow, time: number): Record<string, unknown>;
  /** Whether a required value is missing or too long, so that it was filled in or cut. */
  isIncomplete?(row: LegacyRow): boolean;
}

/** Model of legacy predictions, for which only a version was stored. */
export const LEGACY_MODEL = 'sentiment';

/** Predictions of system 4. Their ids become `inference_id`, so that labels and votes can still refer to them. */
const PREDICTIONS: LegacyTable = {
  kind: 'predictions',
  names: ['predictions'],
  columns: ['id', 'timestamp', 'predicted_sentiment', 'confidence_score'],
  time: ({ timestamp }) => timeOf(timestamp),
  record: (row, time) => ({
    timestamp: formatTime(time),
    recorded_at: formatTime(time),
    model: LEGACY_MODEL,
    model_version: text(row.model_version) ?? 'unknown',
    label: text(row.predicted_sentiment),
    confidence: numeric(row.confidence_score),
    latency_ms: numeric(row.latency_ms),
    input_text: text(row.input_text),
    cache_hit: flag(row.cache_hit),
    inference_id: text(row.id),
    source: 'served',
  }),
};

/** Maximum length of the texts beside a description, in characters. Longer ones are cut. */
const MAX_LENGTHS = {
  session_id: 128,
  category: 64,
  timestamp: 100,
  browser: 255,
  os: 255,
  screen_resolution: 64,
  viewport_size: 64,
};

/** Feedback of system 3. Its screenshots are in a table of their own. */
const FEEDBACK: LegacyTable = {
  kind: 'feedback',
  names: ['feedback_submissions'],
  columns: ['id', 'session_id', 'category', 'description', 'url'],
  time: ({ created_at, timestamp }) => timeOf(created_at) ?? timeOf(timestamp),
  record: (row, time) => ({
    // A missing field must not cost the text.
    session_id: cut(row, 'session_id') ?? 'unknown',
    category: cut(row, 'category') ?? 'other',
    description: text(row.description),
    url: text(row.url),
    timestamp: cut(row, 'timestamp') ?? formatTime(time),
    browser: cut(row, 'browser'),
    os: cut(row, 'os'),
    screen_resolution: cut(row, 'screen_resolution'),
    viewport_size: cut(row, 'viewport_size'),
    has_annotation: flag(row.has_annotation),
    annotation_coords: structure(blank(row.annotation_coords)),
    api_state: structure(blank(row.api_state)),
    created_at: formatTime(time),
    is_read: flag(row.is_read),
    is_archived: flag(row.is_archived),
    admin_notes: blank(row.admin_notes),
  }),
  isIncomplete: (row) =>
    ['category', 'session_id', 'timestamp'].some((name) => isBlank(text(row[name]))) ||
    Object.entries(MAX_LENGTHS).some(([name, maxLength]) => {
      const value = text(row[name]);
      return typeof value === 'string' && isLongerThan(value, maxLength);
    }),
};

const METRIC_COLUMNS = {
  type: ['type', 'metric_type', 'name', 'kind'],
  data: ['data', 'payload', 'metric_data', 'value'],
  timestamp: ['timestamp', 'created_at', 'recorded_at', 'time'],
};

/** Metrics of system 0. Columns without a counterpart go into `data`. */
const METRICS: LegacyTable = {
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
      Object.entries(row).flatMap(([name, value]) => (known.has(name) || value === null ? [] : [[name, value]])),
    );
    const data = asJson(first(row, METRIC_COLUMNS.data));
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return {
      type: text(first(row, METRIC_COLUMNS.type)),
      timestamp: formatTime(time),
      accepted_at: formatTime(time),
      user_id: blank(row.user_id),
      org_id: blank(row.org_id),
      data: types.isUint8Array(data)
        ? data
        : { ...(isObject ? data : { value: data ?? null }), ...renameConflicting(others, isObject ? data : {}) },
    };
  },
};

export const LEGACY_TABLES: readonly LegacyTable[] = [PREDICTIONS, FEEDBACK, METRICS];

/** The table with the screenshots of feedback. */
export const LEGACY_SCREENSHOTS = { table: 'feedback_screenshots', of: 'feedback_id', data: 'screenshot_data' };

/** Recognizes a table by its name and columns. Tables of this product have a tenant and are not recognized. */
export function legacyTableOf(name: string, columns: readonly string[]): LegacyTable | undefined {
  if (columns.includes('tenant_id')) return undefined;
  return LEGACY_TABLES.find(
    (table) => table.names.includes(name) && table.columns.every((column) => columns.includes(column)),
  );
}

/** Reads text without a time zone as UTC, and numbers as seconds, or as milliseconds if they are large. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return timeOfNumber(Number(value));
  return typeof value === 'string' ? parseTime(value.trim()) : undefined;
}

/** Returns a text. One that cannot be decoded remains bytes. */
function text(value: unknown): string | Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (types.isUint8Array(value)) return value;
  return typeof value === 'object' ? stringify(value) : String(value as string);
}

/** Reads a number that a column without a type holds as text. */
function numeric(value: unknown): unknown {
  return typeof value === 'string' ? (parseNumber(value) ?? value) : value;
}

function stringify(value: object): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
}

/** Returns null for a blank text, which the legacy systems stored for a missing one. */
function blank(value: unknown): unknown {
  if (value === undefined || isBlank(value)) return null;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
}

function isBlank(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
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
  if (typeof value !== 'string') return value;
  try {
    return parseExactJson(value);
  } catch {
    return value;
  }
}

/** Parses text that holds an object or a list. Returns other text unchanged. */
function structure(value: unknown): unknown {
  const read = asJson(value);
  return typeof read === 'object' ? read : value;
}

/** Returns a text without what is beyond its limit; null if it is blank. */
function cut(row: LegacyRow, name: keyof typeof MAX_LENGTHS): string | Uint8Array | null {
  const value = text(row[name]);
  if (isBlank(value)) return null;
  return typeof value === 'string' ? cutText(value, MAX_LENGTHS[name]) : value;
}

/** Returns the fields of a record, and the members of their objects, that hold text which cannot be decoded. */
export function undecodedFields(record: Record<string, unknown>): string[] {
  return Object.entries(record).flatMap(([name, value]) => {
    if (types.isUint8Array(value)) return [name];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return undecodedFields(value as Record<string, unknown>).map((inner) => `${name}.${inner}`);
  });
}

/** Renames columns that have the name of a field of the data. */
function renameConflicting(columns: Record<string, unknown>, data: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name in data ? `column_${name}` : name, value]),
  );
}
