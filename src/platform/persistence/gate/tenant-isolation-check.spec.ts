import { type AppLogger, Metrics } from '#observability';
import { TenantMismatchError, TenantIsolationCheck } from './tenant-isolation-check.service.js';

describe('the wall between tenants', () => {
  const metrics = new Metrics();
  const logged: unknown[] = [];
  const wall = new TenantIsolationCheck(metrics, {
    error: (fields: unknown) => logged.push(fields),
  } as unknown as AppLogger);
  const mine = { tenantId: 'a' };

  it('S2-18 lets own rows and figures through', () => {
    const rows = [{ tenant_id: 'a', x: 1 }, { count: 3 }];
    expect(wall.leaving(mine, rows)).toBe(rows);
    expect(() => wall.entering(mine, [{ tenant_id: 'a' }])).not.toThrow();
  });

  it.each([
    ['leaves', () => wall.leaving(mine, [{ tenant_id: 'a' }, { tenant_id: 'b' }])],
    ['enters', () => wall.entering(mine, [{ tenant_id: 'a' }, { tenant_id: 'b' }])],
    ['enters without an owner', () => wall.entering(mine, [{}])],
  ])('S2-18 stops a foreign row that %s, counts it and calls somebody', async (_name, work) => {
    const before = logged.length;
    expect(work).toThrow(TenantMismatchError);
    expect(logged).toHaveLength(before + 1);
    expect(await metrics.registry.metrics()).toMatch(/tenant_mismatch_total\{direction="\w+"\} \d/);
  });
});
