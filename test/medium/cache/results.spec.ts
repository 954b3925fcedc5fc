import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { describeWithRedis, redisUrl } from '../support/redis.js';
import { type Answer, ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const predict = (server: ServerProcess, text: string): Promise<Answer> =>
  server.request('/api/v1/predict', { body: { text } });
const lookups = async (server: ServerProcess, labels: string): Promise<number> => {
  const text = (await server.request('/metrics')).text;
  return Number(new RegExp(`^cache_lookups_total\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
};

describe.each(DIALECTS)('S2-13 S1-31 results from the cache on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, { FL_CACHE_ANALYTICS: 'true', FL_CACHE_TTL_SECONDS: '2' });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  it('S2-14 are as of when they were made, for the time that is configured, for each question and tenant', async () => {
    await predict(server, 'One fine day.');
    const first = await server.request('/api/v1/analytics/summary');
    expect(first.body).toMatchObject({ total_predictions: 1 });
    expect(Math.abs(Date.now() - Date.parse(String(first.body.data_as_of)))).toBeLessThan(5000);
    expect(first.headers.get('x-data-as-of')).toBe(first.body.data_as_of);
    await predict(server, 'Another one.');
    const again = await server.request('/api/v1/analytics/summary');
    expect(again.body).toEqual(first.body);
    expect((await server.request('/api/v1/analytics/summary?model=none')).body).toMatchObject({ total_predictions: 0 });
    const labels = await server.request('/api/v1/analytics/label-distribution');
    expect(Object.values(labels.body).reduce((sum: number, n) => sum + Number(n), 0)).toBe(2);
    expect(labels.headers.get('x-data-as-of')).toMatch(/Z$/);
    // What is recent is never kept.
    expect((await server.request<object[]>('/api/v1/analytics/recent')).body).toHaveLength(2);
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: 'other', name: 'O' },
    });
    const theirs = await server.request('/api/v1/analytics/summary', { key: tenant.body.admin_key });
    expect(theirs.body).toMatchObject({ total_predictions: 0 });
    await until(async () => (await server.request('/api/v1/analytics/summary')).body.total_predictions === 2);
  });

  it('are made once for many who ask at the same time', async () => {
    const before = await lookups(server, 'cache="results",tier="memory",result="miss"');
    await Promise.all(Array.from({ length: 50 }, () => server.request('/api/v1/analytics/models?model_version=once')));
    expect(await lookups(server, 'cache="results",tier="memory",result="miss"')).toBe(before + 1);
  });
});

describeWithRedis('S1-33 S4-F5 the second tier in Redis', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let url: string;
  const servers: ServerProcess[] = [];

  beforeAll(async () => {
    database = await createTestDatabase('postgresql');
    url = await redisUrl();
    const { hostname, port } = new URL(url);
    proxy = await TcpProxy.to(hostname, Number(port || 6379));
    const through = proxy.through(url);
    for (let i = 0; i < 2; i++)
      servers.push(
        await ServerProcess.start(database, {
          FL_REDIS_URL: through,
          FL_CACHE_ANALYTICS: 'true',
          FL_SPOOL_DIR: `spool-${i}`,
        }),
      );
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await proxy?.close();
    await database?.drop();
  });

  const key = (): string => servers[0]!.adminKey;

  it('what one server has answered, the other knows; no text stands there', async () => {
    const [one, other] = servers as [ServerProcess, ServerProcess];
    const secret = 'Canary-9f3a is a wonderful text.';
    expect((await predict(one, secret)).body).toMatchObject({ cache_hit: false });
    await until(async () => (await predict(other, secret)).body.cache_hit === true);
    expect(await lookups(other, 'cache="predictions",tier="redis",result="hit"')).toBe(1);
    const first = await one.request('/api/v1/analytics/summary', { key: key() });
    await until(
      async () =>
        (await other.request('/api/v1/analytics/summary', { key: key() })).body.data_as_of === first.body.data_as_of,
      5000,
    );
    const { Redis } = await import('ioredis');
    const redis = new Redis(url);
    try {
      const names = await redis.keys('fl:cache:*');
      expect(names.length).toBeGreaterThanOrEqual(2);
      expect([...names, ...(await redis.mget(names))].join('\n')).not.toContain('Canary');
      // Somebody changes an answer there: it is not believed.
      for (const name of names.filter((each) => each.includes(':predictions:')))
        await redis.set(name, `${'A'.repeat(43)}{"label":"forged","confidence":1,"scores":{}}`);
    } finally {
      redis.disconnect();
    }
    const third = await ServerProcess.start(database, { FL_REDIS_URL: url, FL_SPOOL_DIR: 'spool-3' });
    try {
      expect((await predict(third, secret)).body.sentiment).not.toBe('forged');
    } finally {
      await third.stop();
    }
  });

  it('S1-10 when Redis stalls or is gone, every server has its own, and no request waits for it', async () => {
    const [one] = servers as [ServerProcess];
    for (const state of ['hang', 'refuse'] as const) {
      proxy.set(state);
      for (let i = 0; i < 20; i++) {
        const began = Date.now();
        const answer = await predict(one, `Without Redis ${state} ${i}.`);
        expect(answer.status).toBe(200);
        expect(Date.now() - began).toBeLessThan(2000);
        expect((await predict(one, `Without Redis ${state} ${i}.`)).body.cache_hit).toBe(true);
      }
      expect((await one.request('/api/v1/analytics/summary')).status).toBe(200);
    }
    proxy.set('pass');
  });
});
