/**
 * Text that a spreadsheet would evaluate as a formula, in ASCII and full width (OWASP: CSV injection). Apostrophes in
 * front of it match too, so an import can remove exactly the apostrophe that was added here.
 */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/;

/** Returns a quoted CSV cell (RFC 4180). Text that would be a formula gets a leading apostrophe. */
export function toCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

export function toLine(values: readonly unknown[]): string {
  return `${values.map(toCell).join(',')}\r\n`;
}
