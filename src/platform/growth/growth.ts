import { DAY_MS, formatTime } from '#kernel';

/** What a table holds, how fast that grows, and where it leads. */
export interface TableGrowth {
  table: string;
  rows: number;
  /** Indexes included; a tenant's share goes by rows. */
  bytes: number;
  /** Over the last 30 days, or as many as are known; null until a day has passed. */
  rowsPerDay: number | null;
  bytesPerDay: number | null;
  /** If it goes on like this. */
  in30Days: { rows: number; bytes: number } | null;
  /** Milliseconds since 1970. */
  sampledAt: number;
}

/** One look at a table. */
export interface GrowthSample {
  tenantId: string;
  table: string;
  rows: number;
  bytes: number;
  sampledAt: number;
}

const FORECAST_DAYS = 30;
/** Two looks that are nearer to one another say nothing about a day. */
const LEAST_SPAN_MS = DAY_MS / 2;

/** From the looks at one table, the oldest first; not empty. A straight line from the first to the last. */
export function growthOf(table: string, samples: readonly Omit<GrowthSample, 'tenantId' | 'table'>[]): TableGrowth {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) throw new Error('growth needs a sample');
  const { bytes, rows, sampledAt } = last;
  const days = (sampledAt - first.sampledAt) / DAY_MS;
  if (sampledAt - first.sampledAt < LEAST_SPAN_MS)
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

/** As it is answered. */
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
