import { DAY_MS, HOUR_MS, type TimeRange } from '#kernel';

/** Where the figures of a range come from; half-open, and together exactly the range. */
export interface Tiers {
  days: TimeRange[];
  hours: TimeRange[];
  /** Parts of an hour: row by row. */
  rows: TimeRange[];
}

/**
 * Cuts a range into whole days, whole hours beside them, and what is left at both ends: no more than two hours of rows and 46 hours,
 * however long it is. Open ends are whole days.
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
