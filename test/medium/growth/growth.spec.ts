import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { ServerProcess } from '../support/server-process.js';

interface Growth {
  table: string;
  rows: number;
  bytes: number;
  rows_per_day: number | null;
  in_30_days: { rows: number; bytes: number } | null;
}

const DAY = 86_400_000;

describe.each(DIALECTS)('S3-F9 growth on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database);
    for (let i = 0; i < 5; i++) await server.request('/api/v1/predict', { body: { text: `Number ${i}` } });
    const body = { session_id: 's', category: 'bug', description: 'd', url: 'https://a.example', timestamp: 't' };
    await server.request('/api/v1/feedback', { body });
    await server.stop();
    server = await ServerProcess.start(database, { FL_METRICS_TENANTS: 'true' });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const growth = async (key?: string): Promise<Growth[]> =>
    (await server.request<{ growth: Growth[] }>('/admin/api/metrics', key ? { key } : {})).body.growth;
  const of = (tables: Growth[], name: string): Growth | undefined => tables.find(({ table }) => table === name);

  it('knows rows and bytes of each table, and no rate on the first day', async () => {
    await until(async () => (await growth()).length > 0);
    const tables = await growth();
    expect(of(tables, 'predictions')).toMatchObject({ rows: 5, rows_per_day: null, in_30_days: null });
    expect(of(tables, 'feedback_submissions')).toMatchObject({ rows: 1 });
    expect(of(tables, 'predictions')!.bytes).toBeGreaterThan(4096);
    const detailed = await server.request<{ components: { growth: { tables: Growth[] } } }>('/health/detailed');
    expect(detailed.body.components.growth.tables).toEqual(tables);
    const { text } = await server.request('/metrics');
    expect(text).toMatch(/^table_rows\{table="predictions"\} 5$/m);
    expect(text).toMatch(/^tenant_table_rows\{tenant="[0-9a-f-]{36}",table="predictions"\} 5$/m);
  });

  it('says how fast it grows and where that leads, once it has looked on two days; to each tenant of its own', async () => {
    const before = dialect === 'sqlite' ? `${DAY}` : `interval '1 day'`;
    await database.query(
      `UPDATE growth_samples SET day = day - 10 * ${before}, sampled_at = sampled_at - 10 * ${before}, total_rows = total_rows - 3`,
    );
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: 'o', name: 'O' },
    });
    await server.stop();
    server = await ServerProcess.start(database);
    await until(async () => of(await growth(), 'predictions')?.in_30_days != null);
    const found = of(await growth(), 'predictions')!;
    expect(found).toMatchObject({ rows: 5, rows_per_day: 0 });
    expect(found.in_30_days!.rows).toBe(14);
    expect(await growth(tenant.body.admin_key)).toEqual([]);
    expect((await server.request('/metrics')).text).not.toContain('tenant_table_rows');
  });
});
