import { HOUR_MS } from '#kernel';
import type { AppLogger } from '#observability';
import type { DatabaseSupervisor } from '#persistence';
import type { ErasureReapplyService } from './erasure-reapply.service.js';
import { LedgerWatch } from './ledger-watch.job.js';

describe('LedgerWatch', () => {
  it('S3-F5 erases again if the database lacks requests: at the start, after an outage, and every few hours', async () => {
    let recover = (): void => undefined;
    const supervisor = { onRecovered: (listener: () => void) => (recover = listener) };
    const warnings: string[] = [];
    let now = 1;
    let missing = 2;
    let checks = 0;
    let applied = 0;
    const erasure = {
      countMissingRequests: () => Promise.resolve((checks++, missing)),
      reapply: () => Promise.resolve((applied++, (missing = 0), 1)),
    };
    const watch = new LedgerWatch(
      erasure as unknown as ErasureReapplyService,
      supervisor as unknown as DatabaseSupervisor,
      { now: () => now },
      { warn: (_: object, text: string) => warnings.push(text) } as unknown as AppLogger,
    );
    await watch.look();
    expect([checks, applied, warnings.length]).toEqual([1, 1, 1]);
    await watch.look();
    expect(checks).toBe(1);
    // After an outage, another database may be behind the same address.
    recover();
    missing = 1;
    await watch.look();
    expect([checks, applied]).toEqual([2, 2]);
    now += 7 * HOUR_MS;
    await watch.look();
    expect([checks, applied, warnings.length]).toEqual([3, 2, 2]);
  });
});
