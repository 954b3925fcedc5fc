import type { DialectName } from '../schema/column-types.js';

/** The few expressions in which the two databases differ; read models write the rest of their SQL once. */
export interface Dialect {
  readonly name: DialectName;
  /** Milliseconds → the parameter to bind. */
  time(ms: number): Date | number;
  /** A time column of a row → milliseconds. */
  readTime(value: unknown): number;
  /** A JSON column of a row → its value. */
  readJson<T>(value: unknown): T | null;
  readBoolean(value: unknown): boolean;
  /** A number as a whole number of millionths: sums do not depend on the order of rows. The same double arithmetic on both. */
  micros(column: string): string;
  /** Sum of whole numbers, 0 without any. */
  sumWhole(expression: string): string;
  /** Counts of a histogram column, one row a bucket or several: what to join to its table, and the two columns it gives. */
  histogram(column: string): { join: string; bucket: string; count: string };
  asText(expression: string): string;
  /** Start of the hour or day (UTC) of a time column, as milliseconds since 1970. */
  bucket(column: string, bucket: 'hour' | 'day'): string;
  /** Index of a positive number's logarithmic bucket: floor(ln(column) / lnGamma). */
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
  sumWhole: (expression) => `COALESCE(SUM(${expression}), 0)`,
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
  // In two parts: SQLite's SUM of integers fails beyond 64 bits, which a hundred thousand days of latency reach.
  sumWhole: (expression) => `COALESCE(SUM(${expression} / 1000000) * 1000000.0 + SUM(${expression} % 1000000), 0)`,
  histogram: (column) => ({ join: `CROSS JOIN json_each(${column}) AS bins`, bucket: 'bins.key', count: 'bins.value' }),
  asText: (expression) => `CAST(${expression} AS TEXT)`,
  bucket: (column, bucket) => `(${column} / ${BUCKET_MS[bucket]} * ${BUCKET_MS[bucket]})`,
  logBucket: (column, lnGamma) => `CAST(FLOOR(LN(${column}) / ${lnGamma}) AS INTEGER)`,
};
