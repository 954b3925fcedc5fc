import type { TestServer } from '../../support/http.js';
import { onBothDatabasesInProcess, onPostgresInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { describeWithRedis, redisUrl } from '../../support/redis.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const lookups = async ({ admin }: TestServer, labels: string): Promise<number> => {
  const { text } = await admin.metrics();
  return Number(new RegExp(`^cache_lookups_total\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
};

onBothDatabasesInProcess(
  'analytics from the cache',
  ({ api, admin, restart, server }) => {
    // S2-13 S2-14 S1-31
    it('state the time that they are of, and stay the same until they expire', async () => {
      await api.predict({ text: 'One fine day.' });
      const first = await api.analytics.summary();
      expect(first.body).toMatchObject({ total_predictions: 1 });
      expect(Math.abs(Date.now() - Date.parse(first.body.data_as_of!))).toBeLessThan(5000);
      expect(first.headers).toMatchObject({ 'x-data-as-of': first.body.data_as_of });
      await api.predict({ text: 'Another one.' });
      expect((await api.analytics.summary()).body).toEqual(first.body);
    });

    // S2-14
    it('are kept for each question and each tenant', async () => {
      expect(await api.analytics.summary()).toMatchObject({ body: { total_predictions: 1 } });
      expect(await api.analytics.summary({ model: 'none' })).toMatchObject({ body: { total_predictions: 0 } });
      const tenant = await admin.tenants.create({ slug: 'other', name: 'O' });
      const theirs = await api.as(tenant.body.admin_key).analytics.summary();
      expect(theirs).toMatchObject({ body: { total_predictions: 0 } });
      const labels = await api.analytics.labels();
      expect(Object.values(labels.body).reduce((sum, n) => sum + n, 0)).toBe(2);
      expect(labels.headers).toMatchObject({ 'x-data-as-of': expect.stringMatching(/Z$/) });
    });

    // S2-14
    it('never include the recent predictions', async () => {
      const before = (await api.analytics.recent()).body.length;
      await api.predict({ text: 'A third one.' });
      expect((await api.analytics.recent()).body).toHaveLength(before + 1);
    });

    // S2-13 S1-31
    it('are computed once for many requests at the same time', async () => {
      const misses = () => lookups(server, 'cache="results",tier="memory",result="miss"');
      const before = await misses();
      await Promise.all(Array.from({ length: 50 }, () => api.analytics.models({ model_version: 'once' })));
      expect(await misses()).toBe(before + 1);
    });

    // S2-14
    it('are computed again after the configured time', async () => {
      await restart({ FL_CACHE_TTL_SECONDS: '1' });
      const before = (await api.analytics.summary()).body.total_predictions;
      await api.predict({ text: 'The last one.' });
      await until(async () => (await api.analytics.summary()).body.total_predictions === before + 1);
    });
  },
  { settings: { FL_CACHE_ANALYTICS: 'true', FL_CACHE_TTL_SECONDS: '600' } },
);

describeWithRedis('with Redis', () => {
  onPostgresInProcess(
    'the cache that servers share',
    ({ database, startServer }) => {
      let proxy: TcpProxy;
      let url: string;
      let one: TestServer;
      let other: TestServer;

      beforeAll(async () => {
        url = await redisUrl();
        const { hostname, port } = new URL(url);
        proxy = await TcpProxy.to(hostname, Number(port || 6379));
        const settings = { FL_REDIS_URL: proxy.through(url), FL_CACHE_ANALYTICS: 'true' };
        one = await startServer({ ...settings, FL_SPOOL_DIR: `${database.folder}/spool-0` });
        other = await startServer({ ...settings, FL_SPOOL_DIR: `${database.folder}/spool-1` });
      });
      afterAll(() => proxy?.close());

      // S1-33 S4-F5
      it('holds the results of every server, and no text', async () => {
        const { Redis } = await import('ioredis');
        const secret = { text: 'Canary-9f3a is a wonderful text.' };
        expect(await one.api.predict(secret)).toMatchObject({ body: { cache_hit: false } });
        await until(async () => (await other.api.predict(secret)).body.cache_hit);
        expect(await lookups(other, 'cache="predictions",tier="redis",result="hit"')).toBe(1);
        const { data_as_of } = (await one.api.analytics.summary()).body;
        await until(async () => (await other.api.analytics.summary()).body.data_as_of === data_as_of, 5000);

        const redis = new Redis(url);
        try {
          const names = await redis.keys('fl:cache:*');
          expect(names.length).toBeGreaterThanOrEqual(2);
          expect([...names, ...(await redis.mget(names))].join('\n')).not.toContain('Canary');
          for (const name of names.filter((each) => each.includes(':predictions:')))
            await redis.set(name, `${'A'.repeat(43)}{"label":"forged","confidence":1,"scores":{}}`);
        } finally {
          redis.disconnect();
        }
        const third = await startServer({ FL_REDIS_URL: url, FL_SPOOL_DIR: `${database.folder}/spool-3` });
        const forged = await third.api.predict(secret);
        expect(forged.status).toBe(200);
        expect(forged.body.sentiment).not.toBe('forged');
      });

      // S1-10
      it.each(['hang', 'refuse'] as const)('is replaced by memory when Redis does not respond (%s)', async (state) => {
        proxy.set(state);
        for (let i = 0; i < 20; i++) {
          const body = { text: `Without Redis ${state} ${i}.` };
          const began = Date.now();
          expect(await one.api.predict(body)).toMatchObject({ status: 200 });
          expect(Date.now() - began).toBeLessThan(2000);
          expect(await one.api.predict(body)).toMatchObject({ body: { cache_hit: true } });
        }
        expect(await one.api.analytics.summary()).toMatchObject({ status: 200 });
        proxy.set('pass');
      });
    },
    { start: false },
  );
});
