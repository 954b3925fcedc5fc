import { DAY_MS, formatTime } from '#kernel';

/** Size of a table, its growth per day and a forecast. */
export interface TableGrowth {
  table: string;
  rows: number;
  /** Size including indexes. The share of a tenant is in proportion to its rows. */
  bytes: number;
  /** Average over up to 30 days; null until the samples span half a day. */
  rowsPerDay: number | null;
  bytesPerDay: number | null;
  /** Forecast at the current rate of growth. */
  in30Days: { rows: number; bytes: number } | null;
  /** Milliseconds since 1970. */
  sampledAt: number;
}

/** One measurement of a table for one tenant. `bytes` include indexes; `sampledAt` is in milliseconds since 1970. */
export interface GrowthSample {
  tenantId: string;
  table: string;
  rows: number;
  bytes: number;
  sampledAt: number;
}

const FORECAST_DAYS = 30;
/** Minimum time between two samples, in milliseconds, from which a rate per day is meaningful. */
const MIN_SPAN_MS = DAY_MS / 2;

/**
 * Returns the linear growth from the first to the last sample. `samples` are ordered from oldest to newest.
 * @throws Error when `samples` is empty
 */
export function growthOf(table: string, samples: readonly Omit<GrowthSample, 'tenantId' | 'table'>[]): TableGrowth {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) throw new Error('growth needs at least one sample');
  const { bytes, rows, sampledAt } = last;
  const days = (sampledAt - first.sampledAt) / DAY_MS;
  if (sampledAt - first.sampledAt < MIN_SPAN_MS)
    return { table, rows, bytes, rowsPerDay: null, bytesPerDay: null, in30Days: null, sampledAt };
  const rowsPerDay = (rows - first.rows) / days;
  const bytesPerDay = (bytes - first.bytes) / days;
  const ahead = (now: number, perDay: number): number => Math.max(0, Math.round(now + perDay * FORECAST_DAYS));
  return {
    table,
    rows,
    bytes,
    rowsPerDay: Math.round(rowsPerDay),
    bytesPerDay: Math.round(bytesPerDay),
    in30Days: { rows: ahead(rows, rowsPerDay), bytes: ahead(bytes, bytesPerDay) },
    sampledAt,
  };
}

/** Growth as the API returns it. */
export interface GrowthResource {
  table: string;
  rows: number;
  bytes: number;
  rows_per_day: number | null;
  bytes_per_day: number | null;
  in_30_days: { rows: number; bytes: number } | null;
  sampled_at: string;
}

export function toGrowthResource({
  in30Days,
  rowsPerDay,
  bytesPerDay,
  sampledAt,
  ...rest
}: TableGrowth): GrowthResource {
  return {
    ...rest,
    rows_per_day: rowsPerDay,
    bytes_per_day: bytesPerDay,
    in_30_days: in30Days,
    sampled_at: formatTime(sampledAt),
  };
}
