/**
 * What spreadsheets take for a formula, in ASCII and full width (OWASP: CSV injection); and what has apostrophes before one already, so that
 * an import takes away what was added here and nothing else.
 */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/;

/** A cell of CSV (RFC 4180), quoted; a text that would be a formula gets an apostrophe before it. */
export function toCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

export function toLine(values: readonly unknown[]): string {
  return `${values.map(toCell).join(',')}\r\n`;
}
