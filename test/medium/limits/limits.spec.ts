import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { databaseBehindProxy, ENVIRONMENT_KEY as KEY } from '../support/outage.js';
import { describeWithRedis, redisUrl } from '../support/redis.js';
import { type Answer, ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const OPEN = { FL_PUBLIC_ROUTES: 'predict,analytics', FL_API_KEYS: `${KEY}:predict+read` };
const predict = (server: ServerProcess, headers: Record<string, string> = {}): Promise<Answer> =>
  server.request('/predict', { key: null, body: { text: 'hello' }, headers });
const statuses = (answers: Answer<unknown>[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

describe('limits', () => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeEach(async () => {
    database = await createTestDatabase('sqlite');
  });
  afterEach(async () => {
    await server?.stop();
  });

  it('S1-11 lets an address without a key ask 60 times a minute, and says so in the head of each answer', async () => {
    server = await ServerProcess.start(database, OPEN);
    const first = await predict(server);
    expect(first.headers.get('ratelimit-policy')).toBe('"minute";q=60;w=60, "hour";q=1000;w=3600');
    expect(first.headers.get('ratelimit')).toMatch(/^"minute";r=59;t=\d+, "hour";r=999;t=\d+$/);
    expect(first.headers.get('x-ratelimit-limit')).toBe('60');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('59');
    expect(Number(first.headers.get('x-ratelimit-reset'))).toBeGreaterThan(0);
    const rest = await times(70, () => predict(server));
    expect(statuses([first, ...rest])).toEqual({ 200: 60, 429: 11 });
    const refused = rest.find(({ status }) => status === 429)!;
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.text).toContain('rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    // One limit for all routes of an address, not one for each.
    expect((await server.request('/analytics/summary', { key: null })).status).toBe(429);
    // A key has limits of its own, whatever its address did.
    expect((await server.request('/api/v1/predict', { key: KEY, body: { text: 'x' } })).status).toBe(200);
    // Probes and figures are never counted.
    for (const path of ['/health', '/health/liveness', '/docs-json'])
      expect((await server.request(path, { key: null })).status).toBe(200);
    expect((await server.request('/metrics', { key: KEY })).text).toMatch(/^rate_limited_total\{by="ip"\} \d+$/m);
  });

  it('S1-11 counts failed authentication, by address', async () => {
    server = await ServerProcess.start(database, { ...OPEN, FL_RATE_LIMIT_PER_MINUTE: '5' });
    const answers = await times(8, (i) =>
      server.request('/api/v1/predict', { key: i % 2 === 0 ? null : `guess-${i}`, body: { text: 'x' } }),
    );
    expect(statuses(answers)).toEqual({ 401: 5, 429: 3 });
  });

  it('S1-12 limits a key, and lets a key have a limit of its own', async () => {
    server = await ServerProcess.start(database, { ...OPEN, FL_KEY_RATE_LIMIT_PER_MINUTE: '10' });
    const list = (key: string): Promise<Answer> => server.request('/api/v1/predictions', { key });
    expect(statuses(await times(12, () => list(KEY)))).toEqual({ 200: 10, 429: 2 });
    const made = await server.request<{ key: string }>('/admin/api/keys', {
      body: { name: 'slow', scopes: ['read'], rate_limit_per_minute: 3 },
    });
    expect(made.status).toBe(201);
    expect(statuses(await times(5, () => list(made.body.key)))).toEqual({ 200: 3, 429: 2 });
    // S3-10: those who administer are not counted.
    expect(statuses(await times(15, () => server.request('/admin/api/keys')))).toEqual({ 200: 15 });
  });

  it('believes X-Forwarded-For only of trusted proxies, and warns of others', async () => {
    const limited = { ...OPEN, FL_RATE_LIMIT_PER_MINUTE: '5' };
    server = await ServerProcess.start(database, limited);
    const forged = await times(8, (i) => predict(server, { 'x-forwarded-for': `203.0.113.${i}` }));
    expect(statuses(forged)).toEqual({ 200: 5, 429: 3 });
    const detailed = await server.request('/health/detailed', { key: KEY });
    expect(detailed.text).toContain('untrusted_forwarded_for');
    await server.stop();
    expect(server.log.match(/FL_TRUSTED_PROXIES/g)).toHaveLength(1);

    server = await ServerProcess.start(database, { ...limited, FL_TRUSTED_PROXIES: '127.0.0.0/8' });
    const trusted = await times(8, (i) => predict(server, { 'x-forwarded-for': `203.0.113.${i}` }));
    expect(statuses(trusted)).toEqual({ 200: 8 });
    const one = await times(8, (i) => predict(server, { 'x-forwarded-for': `198.51.100.${i}, 203.0.113.99` }));
    // The left-most entry is what the client wrote.
    expect(statuses(one)).toEqual({ 200: 5, 429: 3 });
  });

  it('can be switched off', async () => {
    server = await ServerProcess.start(database, { ...OPEN, FL_RATE_LIMIT_ENABLED: 'false' });
    const answers = await times(80, () => predict(server));
    expect(statuses(answers)).toEqual({ 200: 80 });
    expect(answers[0]!.headers.get('ratelimit')).toBeNull();
  });
});

describeWithRedis('S1-13 limits that replicas share by Redis', () => {
  it('count together, and each for itself while Redis is away or hangs: never open, never waiting', async () => {
    const redis = await redisUrl();
    const target = new URL(redis);
    const proxy = await TcpProxy.to(target.hostname, Number(target.port || 6379));
    const database = await createTestDatabase('postgresql');
    const replicas = await times(2, async (i) =>
      ServerProcess.start(database, {
        ...OPEN,
        FL_DATA_DIR: mkdtempSync(join(database.folder, `replica-${i}-`)),
        FL_REDIS_URL: proxy.through(redis),
        FL_RATE_LIMIT_PER_MINUTE: '20',
        FL_TRUSTED_PROXIES: '127.0.0.0/8',
      }),
    );
    // An address of this run alone: Redis outlives the test.
    const from = (): Record<string, string> => ({ 'x-forwarded-for': `2001:db8:${hex()}:${hex()}::1` });
    const hex = (): string => Math.floor(Math.random() * 65_536).toString(16);
    const both = async (address: Record<string, string>): Promise<Record<number, number>> =>
      statuses(await times(60, (i) => predict(replicas[i % 2]!, address)));
    expect(await both(from())).toEqual({ 200: 20, 429: 40 });
    for (const mode of ['refuse', 'hang'] as const) {
      proxy.set(mode);
      expect(await both(from())).toEqual({ 200: 40, 429: 20 });
    }
    await times(2, (i) => replicas[i]!.stop());
    await proxy.close();
    await database.drop();
  });
});

describeWithRedis('S1-10 keys that replicas share by Redis', () => {
  it('a server that starts in an outage knows a key that another has verified; a forged entry is worth nothing', async () => {
    const url = await redisUrl();
    const { database, environment, proxy, drop } = await databaseBehindProxy();
    const start = (name: string): Promise<ServerProcess> =>
      ServerProcess.start(database, {
        ...environment,
        FL_DATA_DIR: mkdtempSync(join(database.folder, `${name}-`)),
        FL_SECRET_KEY: 'the-same-secret-on-every-replica-0002',
        FL_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
        FL_REDIS_URL: url,
      });
    const first = await ServerProcess.start(database, {
      ...environment,
      FL_REDIS_URL: url,
      FL_SECRET_KEY: 'the-same-secret-on-every-replica-0002',
    });
    const made = await first.request<{ key: string }>('/admin/api/keys', {
      body: { name: 'shared', scopes: ['predict'] },
    });
    const predictBy = (server: ServerProcess, key: string): Promise<Answer<{ persisted: string }>> =>
      server.request('/api/v1/predict', { key, body: { text: 'x' } });
    expect((await predictBy(first, made.body.key)).status).toBe(200);
    proxy.set('refuse');
    const second = await start('second');
    const known = await predictBy(second, made.body.key);
    expect([known.status, known.body.persisted]).toEqual([200, 'spool']);
    const unknown = `${made.body.key.slice(0, -4)}zzzz`;
    const redis = new Redis(url);
    const memo = {
      tenantId: '00000000-0000-7000-8000-000000000001',
      keyId: 'x',
      scopes: ['predict'],
      checkedAt: Date.now(),
      expiresAt: null,
    };
    await redis.set(
      `fl:key:${createHash('sha256').update(unknown).digest('hex')}`,
      'x'.repeat(43) + JSON.stringify(memo),
    );
    expect((await predictBy(second, unknown)).status).toBe(503);
    redis.disconnect();
    for (const server of [first, second]) await server.stop();
    await drop();
  });
});
