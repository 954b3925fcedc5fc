import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';

const DAY = 86_400_000;
const BODY = { session_id: 's', category: 'bug', description: 'd', url: 'https://a.example', timestamp: 't' };

onBothDatabasesInProcess('growth', ({ admin, api, database, dialect, restart }) => {
  const growth = async (client = admin) => (await client.storageMetrics()).body.growth;
  const growthOf = async (name: string) => (await growth()).find(({ table }) => table === name);

  beforeAll(async () => {
    for (let i = 0; i < 5; i++) await api.predict({ text: `Number ${i}` });
    await api.feedback.create(BODY);
    await restart({ FL_METRICS_TENANTS: 'true' });
    await until(async () => (await growth()).length > 0);
  });

  // S3-F9
  it('is the number of rows and bytes of each table, without a rate on the first day', async () => {
    expect(await growthOf('predictions')).toMatchObject({ rows: 5, rows_per_day: null, in_30_days: null });
    expect(await growthOf('feedback_submissions')).toMatchObject({ rows: 1 });
    expect((await growthOf('predictions'))!.bytes).toBeGreaterThan(4096);
  });

  // S3-F9
  it('is shown by the detailed health and by the metrics, too', async () => {
    const detailed = await admin.health();
    expect(detailed.body).toMatchObject({ components: { growth: { tables: await growth() } } });
    const { text } = await admin.metrics();
    expect(text).toMatch(/^table_rows\{table="predictions"\} 5$/m);
    expect(text).toMatch(/^tenant_table_rows\{tenant="[0-9a-f-]{36}",table="predictions"\} 5$/m);
  });

  // S3-F9
  it('has a rate and a forecast after two days, for each tenant its own', async () => {
    const before = dialect === 'sqlite' ? `${DAY}` : `interval '1 day'`;
    await database.query(
      `UPDATE growth_samples SET day = day - 10 * ${before}, sampled_at = sampled_at - 10 * ${before}, total_rows = total_rows - 3`,
    );
    const tenant = await admin.tenants.create({ slug: 'o', name: 'O' });
    await restart();
    await until(async () => (await growthOf('predictions'))?.in_30_days != null);
    expect(await growthOf('predictions')).toMatchObject({ rows: 5, rows_per_day: 0, in_30_days: { rows: 14 } });
    expect(await growth(admin.as(tenant.body.admin_key))).toEqual([]);
    expect((await admin.metrics()).text).not.toContain('tenant_table_rows');
  });
});
