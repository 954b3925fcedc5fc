import type { DialectName } from '../schema/column-types.js';

/** The few expressions that differ between the two databases. Read models write the rest of their SQL once. */
export interface Dialect {
  readonly name: DialectName;
  /** Converts milliseconds since 1970 to a parameter. */
  time(ms: number): Date | number;
  /** Converts a time column of a row to milliseconds since 1970. */
  readTime(value: unknown): number;
  /** Converts a JSON column of a row to its value. */
  readJson<T>(value: unknown): T | null;
  readBoolean(value: unknown): boolean;
  /**
   * Expression for a number in whole millionths, so that sums do not depend on the order of rows. Both databases use
   * the same double arithmetic.
   */
  micros(column: string): string;
  /** Expression for a sum of integers, 0 without rows. */
  sumIntegers(expression: string): string;
  /** Join that expands a histogram column to one or more rows per bucket, and the two columns that it yields. */
  histogram(column: string): { join: string; bucket: string; count: string };
  asText(expression: string): string;
  /** Expression for the start of the hour or day (UTC) of a time column, in milliseconds since 1970. */
  bucket(column: string, bucket: 'hour' | 'day'): string;
  /** Expression for the index of a positive number's logarithmic bucket: floor(ln(column) / lnGamma). */
  logBucket(column: string, lnGamma: number): string;
}

const BUCKET_MS = { hour: 3_600_000, day: 86_400_000 };

export const postgresDialect: Dialect = {
  name: 'postgresql',
  time: (ms) => new Date(ms),
  readTime: (value) => (value instanceof Date ? value.getTime() : Number(value)),
  readJson: <T>(value: unknown) => (value ?? null) as T | null,
  readBoolean: (value) => value === true,
  micros: (column) => `CAST(FLOOR(${column} * 1000000 + 0.5) AS bigint)`,
  sumIntegers: (expression) => `COALESCE(SUM(${expression}), 0)`,
  histogram: (column) => ({
    join:
      `CROSS JOIN LATERAL (SELECT key AS bucket, value AS n FROM jsonb_each_text(${column}) ` +
      `UNION ALL SELECT split_part(part, ':', 1), split_part(part, ':', 2) ` +
      `FROM unnest(string_to_array(rtrim(${column}_pending), ' ')) AS part) AS bins`,
    bucket: 'bins.bucket',
    count: 'CAST(bins.n AS bigint)',
  }),
  asText: (expression) => `CAST(${expression} AS text)`,
  bucket: (column, bucket) => {
    const ms = BUCKET_MS[bucket];
    return `CAST(FLOOR(EXTRACT(EPOCH FROM ${column}) * 1000 / ${ms}) * ${ms} AS bigint)`;
  },
  logBucket: (column, lnGamma) => `CAST(FLOOR(LN(${column}) / ${lnGamma}) AS integer)`,
};

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  time: (ms) => ms,
  readTime: (value) => Number(value),
  readJson: <T>(value: unknown) => (typeof value === 'string' ? (JSON.parse(value) as T) : null),
  readBoolean: (value) => Number(value) !== 0,
  micros: (column) => `CAST(FLOOR(${column} * 1000000 + 0.5) AS INTEGER)`,
  // In two parts, because SQLite's SUM of integers fails beyond 64 bits, which 100,000 days of latency exceed.
  sumIntegers: (expression) => `COALESCE(SUM(${expression} / 1000000) * 1000000.0 + SUM(${expression} % 1000000), 0)`,
  histogram: (column) => ({ join: `CROSS JOIN json_each(${column}) AS bins`, bucket: 'bins.key', count: 'bins.value' }),
  asText: (expression) => `CAST(${expression} AS TEXT)`,
  bucket: (column, bucket) => `(${column} / ${BUCKET_MS[bucket]} * ${BUCKET_MS[bucket]})`,
  logBucket: (column, lnGamma) => `CAST(FLOOR(LN(${column}) / ${lnGamma}) AS INTEGER)`,
};
