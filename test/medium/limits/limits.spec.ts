import type { TestServer } from '../../support/http.js';
import { onSqliteInProcess } from '../../support/in-process-environment.js';
import { ENVIRONMENT_KEY } from '../../support/outage.js';
import { countsOf, repeat } from '../../support/statuses.js';

/** The limits of a new installation, whose tests need others than the rest. */
const STANDARD = {
  FL_RATE_LIMIT_PER_MINUTE: '60',
  FL_RATE_LIMIT_PER_HOUR: '1000',
  FL_PUBLIC_ROUTES: 'predict,analytics',
  FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read`,
};
const predict = ({ api }: TestServer, headers: Record<string, string> = {}) =>
  api.call('predict_older_path', { body: { text: 'hello' } }, { key: null, headers });

onSqliteInProcess(
  'limits',
  ({ restart, server }) => {
    describe('of an address without a key', () => {
      let first: Awaited<ReturnType<typeof predict>>;
      let rest: (typeof first)[];

      beforeAll(async () => {
        await restart();
        first = await predict(server);
        rest = await repeat(70, () => predict(server));
      });

      // S1-11
      it('are 60 requests a minute, as the header of each response says', () => {
        expect(first.headers).toMatchObject({
          'ratelimit-policy': '"minute";q=60;w=60, "hour";q=1000;w=3600',
          ratelimit: expect.stringMatching(/^"minute";r=59;t=\d+, "hour";r=999;t=\d+$/),
          'x-ratelimit-limit': '60',
          'x-ratelimit-remaining': '59',
        });
        expect(Number(first.headers['x-ratelimit-reset'])).toBeGreaterThan(0);
        expect(countsOf([first, ...rest])).toEqual({ 200: 60, 429: 11 });
      });

      // S1-11
      it('tell a refused client when to return', () => {
        const refused = rest.find(({ status }) => status === 429)!;
        expect(refused).toMatchObject({
          headers: {
            'content-type': expect.stringContaining('application/problem+json'),
            'x-ratelimit-remaining': '0',
          },
          body: { code: 'rate_limited' },
        });
        expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      });

      // S1-11
      it('are common to all routes', async () => {
        expect(await server.request('/analytics/summary', { key: null })).toMatchObject({ status: 429 });
      });

      // S1-11
      it('do not limit keys that are used from there', async () => {
        expect(await server.api.predict({ text: 'x' }, { key: ENVIRONMENT_KEY })).toMatchObject({ status: 200 });
      });

      // S1-11
      it.each(['/health', '/health/liveness', '/docs-json'])('do not count requests of %s', async (path) => {
        expect(await server.request(path, { key: null })).toMatchObject({ status: 200 });
      });

      it('are counted in the metrics', async () => {
        const { text } = await server.admin.metrics({ key: ENVIRONMENT_KEY });
        expect(text).toMatch(/^rate_limited_total\{by="ip"\} \d+$/m);
      });
    });

    // S1-11
    it('count failed authentication by address', async () => {
      await restart({ FL_RATE_LIMIT_PER_MINUTE: '5' });
      const answers = await repeat(8, (i) =>
        server.api.predict({ text: 'x' }, { key: i % 2 === 0 ? null : `guess-${i}` }),
      );
      expect(countsOf(answers)).toEqual({ 401: 5, 429: 3 });
    });

    describe('of a key', () => {
      beforeAll(() => restart({ FL_KEY_RATE_LIMIT_PER_MINUTE: '10' }));
      const list = (key: string) => server.api.predictions.list({}, { key });

      // S1-12
      it('are those of the installation', async () => {
        expect(countsOf(await repeat(12, () => list(ENVIRONMENT_KEY)))).toEqual({ 200: 10, 429: 2 });
      });

      // S1-12
      it('are its own if it has any', async () => {
        const created = await server.admin.keys.create({ name: 'slow', scopes: ['read'], rate_limit_per_minute: 3 });
        expect(created.status).toBe(201);
        expect(countsOf(await repeat(5, () => list(created.body.key)))).toEqual({ 200: 3, 429: 2 });
      });

      // S3-10
      it('do not limit administration', async () => {
        expect(countsOf(await repeat(15, () => server.admin.keys.list()))).toEqual({ 200: 15 });
      });
    });

    describe('behind a proxy', () => {
      const LIMITED = { FL_RATE_LIMIT_PER_MINUTE: '5' };

      it('ignore X-Forwarded-For of a proxy that is not trusted, and warn once', async () => {
        await restart(LIMITED);
        const forged = await repeat(8, (i) => predict(server, { 'x-forwarded-for': `203.0.113.${i}` }));
        expect(countsOf(forged)).toEqual({ 200: 5, 429: 3 });
        const detailed = await server.admin.health({ key: ENVIRONMENT_KEY });
        expect(detailed.text).toContain('untrusted_forwarded_for');
        await server.stop();
        expect(server.log.match(/FL_TRUSTED_PROXIES/g)).toHaveLength(1);
      });

      it('use the address that a trusted proxy names, and not the one that the client wrote', async () => {
        await restart({ ...LIMITED, FL_TRUSTED_PROXIES: '127.0.0.0/8' });
        const several = await repeat(8, (i) => predict(server, { 'x-forwarded-for': `203.0.113.${i}` }));
        expect(countsOf(several)).toEqual({ 200: 8 });
        // The client wrote the left-most entry.
        const one = await repeat(8, (i) => predict(server, { 'x-forwarded-for': `198.51.100.${i}, 203.0.113.99` }));
        expect(countsOf(one)).toEqual({ 200: 5, 429: 3 });
      });

      it('believe a trusted proxy whose client is on its own machine, without a warning', async () => {
        await restart({ ...LIMITED, FL_TRUSTED_PROXIES: '127.0.0.1' });
        expect(await predict(server, { 'x-forwarded-for': '127.0.0.1' })).toMatchObject({ status: 200 });
        expect(server.log).not.toContain('FL_TRUSTED_PROXIES');
      });
    });

    it('can be switched off', async () => {
      await restart({ FL_RATE_LIMIT_ENABLED: 'false' });
      const answers = await repeat(80, () => predict(server));
      expect(countsOf(answers)).toEqual({ 200: 80 });
      expect(answers[0]!.headers).not.toHaveProperty('ratelimit');
    });
  },
  { settings: STANDARD, start: false },
);
