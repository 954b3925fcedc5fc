import fc from 'fast-check';
import { MemoryThrottleStorage } from './memory-throttle-storage.js';
import { hit, type WindowCounts } from './sliding-window.js';

const fresh = (): WindowCounts => ({ window: 0, current: 0, previous: 0 });

describe('the sliding window', () => {
  it('S1-11 allows hits up to the limit, then returns when to retry', () => {
    const counts = fresh();
    const now = 1_764_000_000_000;
    for (let i = 0; i < 60; i++) expect(hit(counts, 60, 60_000, now + i).allowed).toBe(true);
    const refused = hit(counts, 60, 60_000, now + 100);
    expect([refused.allowed, refused.hits]).toEqual([false, 60]);
    expect(hit(counts, 60, 60_000, now + 100 + refused.retryMs + 1).allowed).toBe(true);
  });

  it('never allows more hits than the limit in one aligned window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 300 }),
        (limit, gaps) => {
          const counts = fresh();
          const allowed: number[] = [];
          let now = 1_764_000_000_000;
          for (const gap of gaps) {
            now += gap;
            if (hit(counts, limit, 10_000, now).allowed) allowed.push(now);
          }
          const windows = new Map<number, number>();
          for (const at of allowed) {
            const window = Math.floor(at / 10_000);
            windows.set(window, (windows.get(window) ?? 0) + 1);
          }
          expect(Math.max(0, ...windows.values())).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it('allows a hit after the returned time, but not before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 100 }),
        (limit, gaps) => {
          const counts = fresh();
          let now = 1_764_000_000_000;
          for (const gap of gaps) {
            now += gap;
            const { allowed, retryMs } = hit(counts, limit, 10_000, now);
            if (allowed) continue;
            expect(hit({ ...counts }, limit, 10_000, Math.ceil(now + retryMs) + 1).allowed).toBe(true);
            if (retryMs > 10)
              expect(hit({ ...counts }, limit, 10_000, Math.floor(now + retryMs) - 5).allowed).toBe(false);
          }
        },
      ),
    );
  });

  it('returns the same time to wait as reset and as retry, at which a hit is allowed', () => {
    const counts = fresh();
    const now = 1_764_000_000_000;
    let last = hit(counts, 5, 10_000, now);
    while (last.hits < 5) last = hit(counts, 5, 10_000, now);
    expect(last.allowed).toBe(true);
    expect(hit({ ...counts }, 5, 10_000, now + last.resetMs - 5).allowed).toBe(false);
    expect(hit({ ...counts }, 5, 10_000, now + last.resetMs + 1).allowed).toBe(true);
    const refused = hit(counts, 5, 10_000, now + 9000);
    expect(refused).toMatchObject({ allowed: false, resetMs: refused.retryMs });
  });

  it('allows hits after the clock is set back', () => {
    const counts = fresh();
    let now = 1_764_000_000_000;
    for (let i = 0; i < 10; i++) hit(counts, 10, 10_000, now);
    now -= 3_600_000;
    expect(hit(counts, 10, 10_000, now).allowed).toBe(true);
  });

  it('counts keys and windows separately in bounded memory', () => {
    let now = 1_764_000_000_000;
    const storage = new MemoryThrottleStorage(() => now);
    expect(storage.count('a', 60_000, 1).isBlocked).toBe(false);
    expect(storage.count('a', 60_000, 1).isBlocked).toBe(true);
    expect(storage.count('b', 60_000, 1).isBlocked).toBe(false);
    expect(storage.count('a', 3_600_000, 1).isBlocked).toBe(false);
    for (let i = 0; i < 220_000; i++) storage.count(`k${i}`, 60_000, 1);
    expect(storage.size).toBeLessThanOrEqual(200_000);
    now += 1;
  });
});
