import { DAY_MS, HOUR_MS } from '#kernel';
import { GAMMA, SMALLEST_LATENCY_MS } from '#statistics';

/** Counts by bucket. */
export type Histogram = Record<string, number>;

/** Columns of a prediction that rollups need. `timestamp` is in milliseconds since 1970. */
export interface RolledUp {
  tenant_id: string;
  timestamp: number;
  model: string;
  model_version: string;
  label: string;
  cache_hit: boolean;
  source: string;
  confidence_score: number | null;
  latency_ms: number | null;
}

/** Sums over the predictions of an hour or day with the same model, version, label, cache hit and source. */
export interface Rollup {
  tenant_id: string;
  /** Start of the hour or day, in milliseconds since 1970. */
  start: number;
  model: string;
  model_version: string;
  label: string;
  cache_hit: boolean;
  source: string;
  /** Each writer has rows of its own, so that writers do not wait for each other; empty after they are merged. */
  writer: string;
  predictions: number;
  confidence_count: number;
  /** In millionths. */
  confidence_sum: bigint;
  latency_count: number;
  /** In millionths of a millisecond. */
  latency_sum: bigint;
  latency_max: number | null;
  earliest: number | null;
  latest: number | null;
  confidence_histogram: Histogram;
  latency_histogram: Histogram;
}

export const CONFIDENCE_BINS = 50;
/** Bucket of latencies that are too small to distinguish. */
export const SMALL = 'small';
const LN_GAMMA = Math.log(GAMMA);
const MICRO = 1_000_000;

/** Returns a number in whole millionths, rounded as the databases round it. */
export function micros(value: number): bigint {
  return BigInt(Math.floor(value * MICRO + 0.5));
}

/** Returns the bin of a confidence from 0 to 1. All bins have the same width. */
export function confidenceBin(confidence: number): string {
  return String(Math.min(CONFIDENCE_BINS - 1, Math.floor(confidence * CONFIDENCE_BINS)));
}

/** Returns the logarithmic bucket of a latency in milliseconds. */
export function latencyBin(latencyMs: number): string {
  return latencyMs <= SMALLEST_LATENCY_MS ? SMALL : String(Math.floor(Math.log(latencyMs) / LN_GAMMA));
}

/** Returns one rollup of `writer` for each hour and group of `rows`. */
export function rollUpHours(rows: Iterable<RolledUp>, writer: string): Rollup[] {
  const groups = new Map<string, Rollup>();
  for (const row of rows) {
    const start = Math.floor(row.timestamp / HOUR_MS) * HOUR_MS;
    const key = keyOf(row, start);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = emptyRollup(row, start, writer)));
    add(group, row);
  }
  return [...groups.values()];
}

/** Returns the rollups of `writer` by day (UTC), computed from rollups by hour. */
export function rollUpDays(hours: Iterable<Rollup>, writer: string): Rollup[] {
  return mergeBy(hours, writer, (start) => Math.floor(start / DAY_MS) * DAY_MS);
}

/** Merges the rollups of each group into one rollup of `writer`. */
export function fold(rollups: Iterable<Rollup>, writer: string): Rollup[] {
  return mergeBy(rollups, writer, (start) => start);
}

/** Returns a rollup with negated sums and without extremes, which cannot be subtracted. */
export function negated(rollup: Rollup): Rollup {
  const minus = (histogram: Histogram): Histogram =>
    Object.fromEntries(Object.entries(histogram).map(([bin, n]) => [bin, -n]));
  return {
    ...rollup,
    predictions: -rollup.predictions,
    confidence_count: -rollup.confidence_count,
    confidence_sum: -rollup.confidence_sum,
    latency_count: -rollup.latency_count,
    latency_sum: -rollup.latency_sum,
    latency_max: null,
    earliest: null,
    latest: null,
    confidence_histogram: minus(rollup.confidence_histogram),
    latency_histogram: minus(rollup.latency_histogram),
  };
}

function mergeBy(rollups: Iterable<Rollup>, writer: string, startOf: (start: number) => number): Rollup[] {
  const groups = new Map<string, Rollup>();
  for (const rollup of rollups) {
    const start = startOf(rollup.start);
    const key = keyOf(rollup, start);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = emptyRollup(rollup, start, writer)));
    merge(group, rollup);
  }
  return [...groups.values()];
}

/** Returns the key of a rollup, without its writer. The separator is safe, because NUL is refused in every text. */
export function keyOf(group: Omit<RolledUp, 'timestamp' | 'confidence_score' | 'latency_ms'>, start: number): string {
  return [
    group.tenant_id,
    start,
    group.model,
    group.model_version,
    group.label,
    Number(group.cache_hit),
    group.source,
  ].join('\0');
}

function emptyRollup(
  {
    cache_hit,
    label,
    model,
    model_version,
    source,
    tenant_id,
  }: Omit<RolledUp, 'timestamp' | 'confidence_score' | 'latency_ms'>,
  start: number,
  writer: string,
): Rollup {
  return {
    tenant_id,
    start,
    model,
    model_version,
    label,
    cache_hit,
    source,
    writer,
    predictions: 0,
    confidence_count: 0,
    confidence_sum: 0n,
    latency_count: 0,
    latency_sum: 0n,
    latency_max: null,
    earliest: null,
    latest: null,
    confidence_histogram: {},
    latency_histogram: {},
  };
}

function add(group: Rollup, { confidence_score: confidence, latency_ms: latency, timestamp }: RolledUp): void {
  group.predictions += 1;
  group.earliest = least(group.earliest, timestamp);
  group.latest = greatest(group.latest, timestamp);
  if (confidence !== null) {
    group.confidence_count += 1;
    group.confidence_sum += micros(confidence);
    count(group.confidence_histogram, confidenceBin(confidence), 1);
  }
  if (latency !== null) {
    group.latency_count += 1;
    group.latency_sum += micros(latency);
    group.latency_max = greatest(group.latency_max, latency);
    count(group.latency_histogram, latencyBin(latency), 1);
  }
}

function merge(group: Rollup, other: Rollup): void {
  group.predictions += other.predictions;
  group.confidence_count += other.confidence_count;
  group.confidence_sum += other.confidence_sum;
  group.latency_count += other.latency_count;
  group.latency_sum += other.latency_sum;
  group.latency_max = greatest(group.latency_max, other.latency_max);
  group.earliest = least(group.earliest, other.earliest);
  group.latest = greatest(group.latest, other.latest);
  for (const [bin, n] of Object.entries(other.confidence_histogram)) count(group.confidence_histogram, bin, n);
  for (const [bin, n] of Object.entries(other.latency_histogram)) count(group.latency_histogram, bin, n);
}

function count(histogram: Histogram, bin: string, n: number): void {
  histogram[bin] = (histogram[bin] ?? 0) + n;
}

function least(a: number | null, b: number | null): number | null {
  return a === null || (b !== null && b < a) ? b : a;
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null || (b !== null && b > a) ? b : a;
}
