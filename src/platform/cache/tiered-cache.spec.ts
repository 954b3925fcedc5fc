import { Metrics } from '#observability';
import { TieredCache } from './tiered-cache.js';

const A = { tenantId: 'a' };
const B = { tenantId: 'b' };
const make = (maxBytes = 100_000): TieredCache =>
  new TieredCache({ name: 'test', maxBytes, ttlMs: 60_000 }, new Metrics());
const value = (n: number): { n: number } => ({ n });

describe('S2-13 TieredCache', () => {
  it('keeps the results of tenants apart', async () => {
    const cache = make();
    cache.setMany(A, [['x', value(1)]]);
    expect(await cache.getMany(A, ['x', 'y'])).toEqual([{ n: 1 }, undefined]);
    expect(await cache.getMany(B, ['x'])).toEqual([undefined]);
  });

  it('S1-40 stays within its size and evicts the least recently used result first', async () => {
    const cache = make(4000);
    for (let i = 0; i < 50; i++) cache.setMany(A, [[`k${i}`, value(i)]]);
    expect(await cache.getMany(A, ['k0', 'k49'])).toEqual([undefined, { n: 49 }]);
  });

  it('S2-15 removes results of one tenant by pattern', async () => {
    const cache = make();
    for (const tenant of [A, B])
      cache.setMany(tenant, [
        ['predictions#summary:1', value(1)],
        ['predictions#models:1', value(2)],
        ['feedback#summary:1', value(3)],
      ]);
    const remaining = async (): Promise<(number | undefined)[]> =>
      (
        await cache.getMany<{ n: number }>(A, ['predictions#summary:1', 'predictions#models:1', 'feedback#summary:1'])
      ).map((found) => found?.n);
    await cache.invalidate(A, 'predictions#sum*1');
    expect(await remaining()).toEqual([undefined, 2, 3]);
    await cache.invalidate(A, 'predictions#*');
    expect(await remaining()).toEqual([undefined, undefined, 3]);
    await cache.invalidate(A, 'feedback#summary');
    expect(await remaining()).toEqual([undefined, undefined, 3]);
    await cache.invalidate(A, '*');
    expect(await remaining()).toEqual([undefined, undefined, undefined]);
    expect(await cache.getMany(B, ['feedback#summary:1'])).toEqual([{ n: 3 }]);
  });

  it('computes a result once for concurrent callers, and again after a failure', async () => {
    const cache = make();
    let made = 0;
    const work = async (): Promise<{ n: number }> => {
      made += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (made === 1) throw new Error('the first time');
      return value(made);
    };
    const first = await Promise.allSettled(Array.from({ length: 10 }, () => cache.wrap(A, 'x', work)));
    expect([made, new Set(first.map(({ status }) => status))]).toEqual([1, new Set(['rejected'])]);
    const second = await Promise.all(Array.from({ length: 10 }, () => cache.wrap(A, 'x', work)));
    expect([made, second[9]]).toEqual([2, { n: 2 }]);
    await cache.wrap(A, 'x', work);
    expect(made).toBe(2);
  });

  it('does not keep a result that was invalidated while it was computed', async () => {
    const cache = make();
    const stale = cache.wrap(A, 'x', async () => {
      await cache.invalidate(A, '*');
      return value(1);
    });
    expect(await stale).toEqual({ n: 1 });
    expect(await cache.getMany(A, ['x'])).toEqual([undefined]);
  });
});
