/**
 * Returns a quantile by linear interpolation between order statistics: type 7 of Hyndman and Fan 1996, numpy's default.
 *
 * - `sorted` must be ascending and not empty; `p` is from 0 to 1
 * - the unit of the result is that of the values
 */
export function quantile(sorted: readonly number[], p: number): number {
  const rank = (sorted.length - 1) * p;
  const low = Math.floor(rank);
  const below = sorted[low] as number;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return below + (above - below) * (rank - low);
}

/** Counts of values by logarithmic bucket: bucket i counts values with γ^i ≤ value < γ^(i+1). */
export interface LogHistogram {
  gamma: number;
  /** Values at or below this are counted in `small` and treated as 0. */
  smallest: number;
  small: number;
  buckets: readonly { index: number; count: number }[];
}

/** Ratio of a bucket's bounds. An estimate at the geometric middle of a bucket is off by at most √γ − 1, about 1 %. */
export const GAMMA = 1.02;
/** Latencies at or below this many milliseconds count as zero; a logarithm of zero has no bucket. */
export const SMALLEST_LATENCY_MS = 1e-6;
export const MAX_RELATIVE_ERROR = Math.round((Math.sqrt(GAMMA) - 1) * 1e4) / 1e4;

/**
 * Returns a quantile of a histogram: the middle of the bucket that holds the rank (DDSketch; Masson, Rim and Lee 2019).
 * The histogram must not be empty.
 */
export function histogramQuantile(histogram: LogHistogram, p: number): number {
  const ordered = [...histogram.buckets].sort((a, b) => a.index - b.index);
  const total = ordered.reduce((sum, { count }) => sum + count, histogram.small);
  const rank = (total - 1) * p;
  let seen = histogram.small;
  if (rank < seen) return 0;
  for (const { index, count } of ordered) {
    seen += count;
    if (rank < seen) return histogram.gamma ** (index + 0.5);
  }
  const last = ordered.at(-1);
  return last ? histogram.gamma ** (last.index + 0.5) : 0;
}
