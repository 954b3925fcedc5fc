import { DAY_MS, HOUR_MS, type TimeRange } from '#kernel';

/** Sources of the figures of a range. The ranges are half-open, do not overlap, and cover exactly the whole range. */
export interface Tiers {
  /** Whole days, from rollups by day. */
  days: TimeRange[];
  /** Whole hours, from rollups by hour. */
  hours: TimeRange[];
  /** Parts of hours, from predictions. */
  rows: TimeRange[];
}

/**
 * Splits a range into whole days, whole hours and parts of hours. Even a long range has less than two hours of rows and at
 * most 46 whole hours. An open end consists of whole days.
 */
export function tiersOf({ from, to }: TimeRange): Tiers {
  const tiers: Tiers = { days: [], hours: [], rows: [] };
  let at = from;
  const upTo = (list: TimeRange[], end: number | undefined): void => {
    if (at !== undefined && end !== undefined && end <= at) return;
    list.push({ from: at, to: end });
    at = end;
  };
  const earlier = (end: number): number => (to === undefined ? end : Math.min(end, to));
  if (at !== undefined) {
    upTo(tiers.rows, earlier(ceil(at, HOUR_MS)));
    const endOfHours = earlier(ceil(at, DAY_MS));
    upTo(tiers.hours, floor(endOfHours, HOUR_MS));
  }
  if (at === undefined || to === undefined || to > at) {
    upTo(tiers.days, to === undefined ? undefined : floor(to, DAY_MS));
    if (to !== undefined) {
      upTo(tiers.hours, floor(to, HOUR_MS));
      upTo(tiers.rows, to);
    }
  }
  return tiers;
}

function floor(time: number, size: number): number {
  return Math.floor(time / size) * size;
}

function ceil(time: number, size: number): number {
  return Math.ceil(time / size) * size;
}
