import { ValidationError } from './errors.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const ISO = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;
const LATEST = Date.UTC(10_000, 0, 1) - 1;
const DATE = /^(\d{4})-(\d{2})-(\d{2})/;

/**
 * Reads an ISO 8601 date or time; without a zone it is UTC. Returns milliseconds since 1970, or undefined when it is none.
 * Fractions below a millisecond are cut.
 */
export function parseTime(value: string): number | undefined {
  if (value.length > 40 || !ISO.test(value)) return undefined;
  // Date.parse takes 31 February for 3 March; a caller who means that does not exist.
  const [, year, month, day] = DATE.exec(value) as unknown as [string, string, string, string];
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > lastDay) return undefined;
  let text = value.replace(' ', 'T').replace('t', 'T').replace(',', '.').replace('z', 'Z');
  text = text.replace(/(\.\d{3})\d+/, '$1');
  if (text.includes('T') && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) text += 'Z';
  const time = Date.parse(text);
  // Years before 1970 have no place in an id, nor in anybody's predictions; behind 9999 they have five digits.
  return Number.isNaN(time) || time < 0 || time > LATEST ? undefined : time;
}

/** Milliseconds → ISO 8601 UTC with `Z`. */
export function formatTime(time: number): string {
  return new Date(time).toISOString();
}

/** Half-open: `from` ≤ t < `to`; an absent bound is open. Milliseconds since 1970. */
export interface TimeRange {
  from: number | undefined;
  to: number | undefined;
}

/**
 * Reads `from` and `to` of a query.
 * @throws ValidationError when one is no ISO 8601 time, or `from` is not before `to`.
 */
export function parseRange(from: string | undefined, to: string | undefined): TimeRange {
  const errors = [];
  const start = from === undefined ? undefined : parseTime(from);
  const end = to === undefined ? undefined : parseTime(to);
  const message = 'must be an ISO 8601 time such as 2026-01-31T00:00:00Z';
  if (from !== undefined && start === undefined) errors.push({ path: 'from', message });
  if (to !== undefined && end === undefined) errors.push({ path: 'to', message });
  if (start !== undefined && end !== undefined && start > end)
    errors.push({ path: 'from', message: 'must not be after "to"' });
  if (errors.length > 0) throw new ValidationError(errors);
  return { from: start, to: end };
}
