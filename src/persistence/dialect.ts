import type { DialectName } from './portable-columns.js';

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
  /**
   * Sum of a number column as a whole number of millionths: sums do not depend on the order of rows. The same double arithmetic on
   * both, since their ROUNDs differ.
   */
  sumMicros(column: string): string;
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
  sumMicros: (column) => `COALESCE(SUM(CAST(FLOOR(${column} * 1000000 + 0.5) AS bigint)), 0)`,
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
  // In two parts: SQLite's SUM of integers fails beyond 64 bits, which a hundred thousand days of latency reach.
  sumMicros: (column) => {
    const micros = `CAST(FLOOR(${column} * 1000000 + 0.5) AS INTEGER)`;
    return `COALESCE(SUM(${micros} / 1000000) * 1000000.0 + SUM(${micros} % 1000000), 0)`;
  },
  bucket: (column, bucket) => `(${column} / ${BUCKET_MS[bucket]} * ${BUCKET_MS[bucket]})`,
  logBucket: (column, lnGamma) => `CAST(FLOOR(LN(${column}) / ${lnGamma}) AS INTEGER)`,
};
