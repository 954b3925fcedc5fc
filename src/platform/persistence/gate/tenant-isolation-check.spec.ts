import { type AppLogger, Metrics } from '#observability';
import { TenantMismatchError, TenantIsolationCheck } from './tenant-isolation-check.service.js';

describe('TenantIsolationCheck', () => {
  const metrics = new Metrics();
  const logged: unknown[] = [];
  const check = new TenantIsolationCheck(metrics, {
    error: (fields: unknown) => logged.push(fields),
  } as unknown as AppLogger);
  const mine = { tenantId: 'a' };

  it('S2-18 accepts own rows and figures', () => {
    const rows = [{ tenant_id: 'a', x: 1 }, { count: 3 }];
    expect(check.leaving(mine, rows)).toBe(rows);
    expect(() => check.entering(mine, [{ tenant_id: 'a' }])).not.toThrow();
  });

  it.each([
    ['is returned', () => check.leaving(mine, [{ tenant_id: 'a' }, { tenant_id: 'b' }])],
    ['is stored', () => check.entering(mine, [{ tenant_id: 'a' }, { tenant_id: 'b' }])],
    ['is stored without a tenant', () => check.entering(mine, [{}])],
  ])('S2-18 stops, counts and reports a foreign row that %s', async (_name, work) => {
    const before = logged.length;
    expect(work).toThrow(TenantMismatchError);
    expect(logged).toHaveLength(before + 1);
    expect(await metrics.text()).toMatch(/tenant_mismatch_total\{direction="\w+"\} \d/);
  });
});
