import { ValidationError } from './errors.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const ISO = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
const LATEST = Date.UTC(10_000, 0, 1) - 1;
/** A zone without minutes, as PostgreSQL prints it. */
const ZONE_HOURS = /T.*[+-]\d{2}$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})/;

/**
 * Reads an ISO 8601 date or time, in UTC unless it names a zone.
 *
 * - returns milliseconds since 1970; smaller fractions are cut off
 * - returns undefined for anything else, and for years before 1970 or after 9999
 */
export function parseTime(value: string): number | undefined {
  if (value.length > 40 || !ISO.test(value)) return undefined;
  // Date.parse reads 31 February as 3 March, which no caller means.
  const [, year, month, day] = DATE.exec(value) as unknown as [string, string, string, string];
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > lastDay) return undefined;
  let text = value.replace(' ', 'T').replace('t', 'T').replace(',', '.').replace('z', 'Z');
  text = text.replace(/(\.\d{3})\d+/, '$1');
  if (text.includes('T') && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) text += ZONE_HOURS.test(text) ? ':00' : 'Z';
  const time = Date.parse(text);
  // An id cannot hold a year before 1970, and a year after 9999 would be written with five digits.
  return Number.isNaN(time) || time < 0 || time > LATEST ? undefined : time;
}

/** Larger numbers are milliseconds. In seconds, this is the year 5138. */
const MAX_SECONDS = 1e11;

/**
 * Reads a number as a time: seconds since 1970, or milliseconds if it is large.
 *
 * - returns whole milliseconds; undefined for years before 1970 or after 9999
 */
export function timeOfNumber(value: number): number | undefined {
  const time = Math.floor(value > MAX_SECONDS ? value : value * 1000);
  return time >= 0 && time <= LATEST ? time : undefined;
}

/** Formats milliseconds since 1970 as ISO 8601 in UTC, with `Z`. */
export function formatTime(time: number): string {
  return new Date(time).toISOString();
}

/** Message about a text that `parseTime` does not read. */
export const NOT_A_TIME = 'must be an ISO 8601 time such as 2026-01-31T00:00:00Z';

/** Half-open range: `from` ≤ t < `to`, in milliseconds since 1970. A missing bound is open. */
export interface TimeRange {
  from: number | undefined;
  to: number | undefined;
}

/**
 * Reads `from` and `to` of a query.
 * @throws ValidationError when one of them is not an ISO 8601 time, or `from` is after `to`
 */
export function parseRange(from: string | undefined, to: string | undefined): TimeRange {
  const errors = [];
  const start = from === undefined ? undefined : parseTime(from);
  const end = to === undefined ? undefined : parseTime(to);
  const message = NOT_A_TIME;
  if (from !== undefined && start === undefined) errors.push({ path: 'from', message });
  if (to !== undefined && end === undefined) errors.push({ path: 'to', message });
  if (start !== undefined && end !== undefined && start > end)
    errors.push({ path: 'from', message: 'must not be after "to"' });
  if (errors.length > 0) throw new ValidationError(errors);
  return { from: start, to: end };
}
