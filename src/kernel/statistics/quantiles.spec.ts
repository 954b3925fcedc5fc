import fc from 'fast-check';
import { GAMMA, histogramQuantile, MAX_RELATIVE_ERROR, quantile } from './quantiles.js';

const REFERENCE = [25.4, 23.1, 22.8, 42.16, 45.23, 31, 28.5, 60.2, 19.9, 38.4].sort((a, b) => a - b);

describe('quantile', () => {
  it('matches the reference values of linear interpolation', () => {
    expect(quantile(REFERENCE, 0.5)).toBeCloseTo(29.75, 10);
    expect(quantile(REFERENCE, 0.95)).toBeCloseTo(53.4635, 10);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it('stays between the smallest and the largest value and grows with p', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p) => {
          const sorted = [...values].sort((a, b) => a - b);
          const q = quantile(sorted, p);
          expect(q).toBeGreaterThanOrEqual(sorted[0]! - 1e-9);
          expect(q).toBeLessThanOrEqual(sorted.at(-1)! + 1e-9);
          expect(quantile(sorted, Math.min(1, p + 0.1))).toBeGreaterThanOrEqual(q - 1e-9);
        },
      ),
    );
  });
});

describe('histogramQuantile', () => {
  it('differs from the order statistic by at most the stated relative error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (values, p) => {
          const counts = new Map<number, number>();
          for (const value of values) {
            const index = Math.floor(Math.log(value) / Math.log(GAMMA));
            counts.set(index, (counts.get(index) ?? 0) + 1);
          }
          const buckets = [...counts].map(([index, count]) => ({ index, count }));
          const estimate = histogramQuantile({ gamma: GAMMA, smallest: 0, small: 0, buckets }, p);
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.floor((sorted.length - 1) * p)]!;
          expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(MAX_RELATIVE_ERROR + 1e-3);
        },
      ),
    );
  });

  it('counts values that are too small for a bucket as zero', () => {
    expect(histogramQuantile({ gamma: GAMMA, smallest: 1e-6, small: 10, buckets: [{ index: 0, count: 1 }] }, 0.5)).toBe(
      0,
    );
  });
});
