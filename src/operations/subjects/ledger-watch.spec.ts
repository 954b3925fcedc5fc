import { HOUR_MS } from '#kernel';
import type { AppLogger } from '#observability';
import type { DatabaseSupervisor } from '#persistence';
import type { ErasureReapplyService } from './erasure-reapply.service.js';
import { LedgerWatch } from './ledger-watch.job.js';

describe('LedgerWatch', () => {
  it('S3-F5 erases again when the database has forgotten requests: at the start, after an outage, and now and then', async () => {
    let recover = (): void => undefined;
    const supervisor = { onRecovered: (listener: () => void) => (recover = listener) };
    const told: string[] = [];
    let now = 1;
    let forgotten = 2;
    let looks = 0;
    let applied = 0;
    const erasure = {
      forgottenRequests: () => Promise.resolve((looks++, forgotten)),
      reapply: () => Promise.resolve((applied++, (forgotten = 0), 1)),
    };
    const watch = new LedgerWatch(
      erasure as unknown as ErasureReapplyService,
      supervisor as unknown as DatabaseSupervisor,
      { now: () => now },
      { warn: (_: object, text: string) => told.push(text) } as unknown as AppLogger,
    );
    await watch.look();
    expect([looks, applied, told.length]).toEqual([1, 1, 1]);
    await watch.look();
    expect(looks).toBe(1);
    // It was down, and may be another one now.
    recover();
    forgotten = 1;
    await watch.look();
    expect([looks, applied]).toEqual([2, 2]);
    now += 7 * HOUR_MS;
    await watch.look();
    expect([looks, applied, told.length]).toEqual([3, 2, 2]);
  });
});
