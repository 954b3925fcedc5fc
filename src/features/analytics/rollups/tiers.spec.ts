import fc from 'fast-check';
import { DAY_MS, HOUR_MS, type TimeRange } from '#kernel';
import { tiersOf } from './tiers.js';

const covers = ({ from, to }: TimeRange, time: number): boolean =>
  (from === undefined || time >= from) && (to === undefined || time < to);
const moment = fc.oneof(
  fc.integer({ min: 0, max: 5 * DAY_MS }),
  fc.integer({ min: 0, max: 5 * 24 }).map((hours) => hours * HOUR_MS),
  fc.integer({ min: 0, max: 5 }).map((days) => days * DAY_MS),
);
const bound = fc.option(moment, { nil: undefined });

it('G7 assigns every time in a range to exactly one tier, and no other time', () => {
  fc.assert(
    fc.property(bound, bound, fc.array(moment, { minLength: 20, maxLength: 40 }), (a, b, moments) => {
      const [from, to] = a !== undefined && b !== undefined && a > b ? [b, a] : [a, b];
      const { days, hours, rows } = tiersOf({ from, to });
      for (const edge of [
        ...moments,
        ...[from, to].flatMap((each) => (each === undefined ? [] : [each, each - 1])),
        0,
      ]) {
        const found = [...days, ...hours, ...rows].filter((range) => covers(range, edge)).length;
        expect(found).toBe(covers({ from, to }, edge) ? 1 : 0);
      }
    }),
  );
});

it('returns whole days and hours, and less than two hours of rows', () => {
  fc.assert(
    fc.property(bound, bound, (a, b) => {
      const [from, to] = a !== undefined && b !== undefined && a > b ? [b, a] : [a, b];
      const { days, hours, rows } = tiersOf({ from, to });
      for (const range of days) for (const edge of [range.from, range.to]) expect((edge ?? 0) % DAY_MS).toBe(0);
      for (const range of hours) for (const edge of [range.from, range.to]) expect((edge ?? 0) % HOUR_MS).toBe(0);
      const length = (ranges: TimeRange[]): number =>
        ranges.reduce((sum, range) => sum + (range.to ?? Infinity) - (range.from ?? -Infinity), 0);
      expect(length(hours)).toBeLessThanOrEqual(46 * HOUR_MS);
      expect(length(rows)).toBeLessThan(2 * HOUR_MS);
    }),
  );
});
