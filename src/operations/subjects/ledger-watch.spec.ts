import { HOUR_MS } from '#kernel';
import type { AppLogger } from '#observability';
import type { DatabaseSupervisor } from '#persistence';
import type { ErasureReapplyService } from './erasure-reapply.service.js';
import { LedgerWatch } from './ledger-watch.job.js';

describe('LedgerWatch', () => {
  it('S3-F5 erases again when the database has forgotten requests: at the start, after an outage, and now and then', async () => {
    const database = { isUp: false };
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
      database as DatabaseSupervisor,
      { now: () => now },
      { warn: (_: object, text: string) => told.push(text) } as unknown as AppLogger,
    );
    await watch.look();
    expect([looks, applied]).toEqual([0, 0]);
    database.isUp = true;
    await watch.look();
    expect([looks, applied, told.length]).toEqual([1, 1, 1]);
    await watch.look();
    expect(looks).toBe(1);
    // Away, and perhaps another one now.
    database.isUp = false;
    await watch.look();
    database.isUp = true;
    forgotten = 1;
    await watch.look();
    expect([looks, applied]).toEqual([2, 2]);
    now += 7 * HOUR_MS;
    await watch.look();
    expect([looks, applied, told.length]).toEqual([3, 2, 2]);
  });
});
