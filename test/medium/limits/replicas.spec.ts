import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { TestServer } from '../../support/http.js';
import { InProcessServer } from '../../support/in-process-server.js';
import { onPostgresInProcess } from '../../support/in-process-environment.js';
import { databaseBehindProxy, ENVIRONMENT_KEY } from '../../support/outage.js';
import { describeWithRedis, redisUrl } from '../../support/redis.js';
import { countsOf } from '../../support/statuses.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

describeWithRedis('with Redis', () => {
  onPostgresInProcess(
    'limits of replicas',
    ({ database, startServer }) => {
      let proxy: TcpProxy;
      let replicas: TestServer[];

      beforeAll(async () => {
        const redis = await redisUrl();
        const { hostname, port } = new URL(redis);
        proxy = await TcpProxy.to(hostname, Number(port || 6379));
        const settings = (i: number) => ({
          FL_DATA_DIR: mkdtempSync(join(database.folder, `replica-${i}-`)),
          FL_SECRET_KEY: 'the-same-secret-on-every-replica-0003',
          FL_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
          FL_REDIS_URL: proxy.through(redis),
        });
        replicas = [await startServer(settings(0)), await startServer(settings(1))];
      });
      afterAll(() => proxy?.close());

      const hex = () => Math.floor(Math.random() * 65_536).toString(16);
      /**
       * The counts of 60 requests to both replicas. A count that Redis did not keep, because it was too slow for the
       * 100 ms that a request waits for it, is repeated from another address: of this run alone, as Redis outlives it.
       */
      const askBoth = async (isExpected: (counts: Record<number, number>) => boolean) => {
        let counts: Record<number, number> = {};
        for (let attempt = 0; attempt < 10 && !isExpected(counts); attempt++) {
          const headers = { 'x-forwarded-for': `2001:db8:${hex()}:${hex()}::1` };
          const answers = [];
          // A pair at a time, because both servers and the client share one thread.
          for (let i = 0; i < 30; i++)
            answers.push(
              ...(await Promise.all(
                replicas.map(({ api }) => api.call('older_analytics_summary', {}, { key: null, headers })),
              )),
            );
          counts = countsOf(answers);
        }
        return counts;
      };

      // S1-13
      it('are counted together', async () => {
        expect(await askBoth((counts) => counts[200] === 20)).toEqual({ 200: 20, 429: 40 });
      });

      // S1-13
      it.each(['refuse', 'hang'] as const)(
        'are counted by each replica while Redis is unavailable (%s): never open, never waiting',
        async (mode) => {
          proxy.set(mode);
          expect(await askBoth((counts) => counts[200] === 40)).toEqual({ 200: 40, 429: 20 });
        },
      );
    },
    {
      start: false,
      settings: {
        FL_PUBLIC_ROUTES: 'predict,analytics',
        FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read`,
        FL_RATE_LIMIT_PER_MINUTE: '20',
        FL_RATE_LIMIT_PER_HOUR: '1000',
        FL_TRUSTED_PROXIES: '127.0.0.0/8',
      },
    },
  );

  describe('keys that replicas share', () => {
    const servers: InProcessServer[] = [];
    let behind: Awaited<ReturnType<typeof databaseBehindProxy>>;
    let url: string;
    let key: string;

    const start = async (name: string, settings: Record<string, string> = {}) => {
      const server = await InProcessServer.start(behind.database, {
        ...behind.environment,
        FL_SECRET_KEY: 'the-same-secret-on-every-replica-0002',
        FL_REDIS_URL: url,
        FL_SPOOL_DIR: mkdtempSync(join(behind.database.folder, `spool-${name}-`)),
        ...settings,
      });
      servers.push(server);
      return server;
    };

    beforeAll(async () => {
      url = await redisUrl();
      behind = await databaseBehindProxy();
      const first = await start('first');
      const created = await first.admin.keys.create({ name: 'shared', scopes: ['predict'] });
      key = created.body.key;
      expect(await first.api.predict({ text: 'x' }, { key })).toMatchObject({ status: 200 });
      behind.proxy.set('refuse');
      await start('second', {
        FL_DATA_DIR: mkdtempSync(join(behind.database.folder, 'second-')),
        FL_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
      });
    });
    afterAll(async () => {
      for (const server of servers) await server.stop();
      await behind?.drop();
    });

    // S1-10
    it('are known to a server that starts in an outage, when another has verified them', async () => {
      const known = await servers[1]!.api.predict({ text: 'x' }, { key });
      expect(known).toMatchObject({ status: 200, body: { persisted: 'spool' } });
    });

    // S1-10
    it('cannot be forged in Redis', async () => {
      const unknown = `${key.slice(0, -4)}zzzz`;
      const entry = {
        tenantId: '00000000-0000-7000-8000-000000000001',
        keyId: 'x',
        scopes: ['predict'],
        checkedAt: Date.now(),
        expiresAt: null,
      };
      const redis = new Redis(url);
      const name = `fl:key:${createHash('sha256').update(unknown).digest('hex')}`;
      await redis.set(name, 'x'.repeat(43) + JSON.stringify(entry));
      redis.disconnect();
      expect(await servers[1]!.api.predict({ text: 'x' }, { key: unknown })).toMatchObject({ status: 503 });
    });
  });
});
