import { runCli } from '../support/cli.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { describeWithPgBouncer, PgBouncer } from '../support/pgbouncer.js';
import { ServerProcess } from '../support/server-process.js';

describeWithPgBouncer('S1-34 through PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase('postgresql', false);
    const direct = database.environment.FL_DB_URI as string;
    bouncer = await PgBouncer.before(direct);
    server = await ServerProcess.start(database, {
      FL_DB_URI: bouncer.uri,
      FL_DB_DIRECT_URI: direct,
      FL_DB_POOLER: 'transaction',
      FL_DB_AUTO_MIGRATE: 'true',
    });
  });
  afterAll(async () => {
    await server?.stop();
    await bouncer?.stop();
    await database?.drop();
  });

  it('migrates on the direct line, and records, lists and sums up with sessions that change hands', async () => {
    const once = async (i: number): Promise<number[]> => {
      const answers = await Promise.all([
        server.request('/api/v1/predict', { body: { text: `Text number ${i} is fine.` } }),
        server.request('/api/v1/predictions', {
          body: { model: 'm', model_version: 'v', label: `l${i % 3}`, confidence: 0.5 },
          headers: { 'idempotency-key': `key-${i % 150}` },
        }),
        server.request('/api/v1/feedback', {
          body: {
            session_id: 's',
            category: 'bug',
            description: `Number ${i}`,
            url: 'https://a.example',
            timestamp: 't',
          },
        }),
        server.request('/api/v1/analytics/summary'),
        server.request('/admin/api/keys', { body: { name: `key ${i}`, scopes: ['read'] } }),
      ]);
      return answers.map(({ status }) => status);
    };
    // A few at a time, through fewer sessions still: everybody gets another's.
    const statuses: number[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        while (next < 200) statuses.push(...(await once(next++)));
      }),
    );
    // A key that is sent twice at the same time is a twin: 409.
    expect(statuses.filter((status) => ![200, 201, 409].includes(status))).toEqual([]);
    expect(statuses.filter((status) => status === 409).length).toBeLessThanOrEqual(50);
    const summary = await server.request<{ total_predictions: number }>('/api/v1/analytics/summary');
    const rows = await database.query<{ n: string }>('SELECT COUNT(*) AS n FROM predictions');
    expect(summary.body.total_predictions).toBe(Number(rows[0]!.n));
    expect(summary.body.total_predictions).toBeGreaterThanOrEqual(350);
    expect(server.log).not.toMatch(/prepared statement|unsupported startup parameter/);
  });

  it('retention and the audit of rollups work through it as well', async () => {
    const environment = {
      ...database.environment,
      FL_DB_URI: bouncer.uri,
      FL_DB_DIRECT_URI: database.environment.FL_DB_URI as string,
      FL_DB_POOLER: 'transaction',
    };
    const retention = await runCli(['retention', 'run', '--days', '30'], environment, database.folder);
    expect(retention.code).toBe(0);
    const check = await runCli(['rollups', 'check', '--json'], environment, database.folder);
    expect(JSON.parse(check.stdout)).toMatchObject({ differences: [] });
  });

  it('refuses to start without an address for migrations', async () => {
    const environment = { ...database.environment, FL_DB_POOLER: 'transaction' };
    const { code, stderr } = await runCli(['config', 'check'], environment, database.folder);
    expect(code).toBe(1);
    expect(stderr).toContain('FL_DB_DIRECT_URI');
  });
});
