import { onPostgresBehindProxy } from '../../support/environment.js';
import { until } from '../../support/outage.js';
import { countsOf, repeat } from '../../support/statuses.js';

/** Generous: it shows that nothing waits without limit, not how fast this machine is. */
const MAX_MS = 5000;

onPostgresBehindProxy(
  'an outage of PostgreSQL without a spool',
  ({ api, proxy, restart, server }) => {
    const anonymous = api.as(null);
    /** A text of its own each time, so that no cache answers. */
    const predict = (client = api) => client.predict({ text: `I love outages ${Math.random()}` });
    /** The server knows this key only from its database, and has read it there before the outage. */
    const withStoredKey = () => api.as(server.adminKey);
    const recovered = () => until(async () => (await predict(withStoredKey())).body.persisted === 'database');

    // S4-12
    it('does not prevent a start: predictions are served, and recorded once it is over', async () => {
      proxy.set('refuse');
      await restart();
      expect(await anonymous.health()).toMatchObject({ status: 503, body: { status: 'unhealthy' } });
      expect(await anonymous.readiness()).toMatchObject({ status: 200 });
      expect(await api.predict({ text: 'I love outages' })).toMatchObject({
        status: 200,
        body: { sentiment: 'positive', persisted: 'none', id: null, feedback_token: null },
      });
      proxy.set('pass');
      await until(async () => (await predict()).body.persisted === 'database');
      expect((await anonymous.health()).body).toEqual({ status: 'healthy' });
    });

    // S4-04 S4-F2
    it.each(['refuse', 'hang'] as const)(
      'does not stop predictions (%s), and other requests are refused in time',
      async (mode) => {
        await recovered();
        proxy.set(mode);
        const started = Date.now();
        const answers = await repeat(20, () => predict(withStoredKey()));
        expect(Date.now() - started).toBeLessThan(MAX_MS);
        expect(countsOf(answers)).toEqual({ 200: 20 });
        expect(answers.filter(({ body }) => body.persisted !== 'none' || body.id !== null)).toEqual([]);

        const body = { model: 'm', model_version: 'v', label: 'l', confidence: null };
        expect(await api.predictions.log(body)).toMatchObject({
          status: 503,
          headers: { 'retry-after': expect.stringMatching(/^\d+$/) as string },
        });
        const asked = Date.now();
        expect(await api.analytics.summary()).toMatchObject({ status: 503 });
        expect(Date.now() - asked).toBeLessThan(MAX_MS);
        expect(await anonymous.call('liveness', {})).toMatchObject({ status: 200 });
        proxy.set('pass');
        await recovered();
      },
    );

    it('refuses an unknown key with 503 instead of 401, and a request without a key with 401', async () => {
      proxy.set('refuse');
      await until(async () => (await anonymous.health()).body.status === 'unhealthy');
      const withUnknownKey = api.as(`${server.adminKey.slice(0, -4)}zzzz`);
      expect(await predict(withUnknownKey)).toMatchObject({ status: 503 });
      expect(await predict(anonymous)).toMatchObject({ status: 401 });
      proxy.set('pass');
      await recovered();
      expect(await predict(withUnknownKey)).toMatchObject({ status: 401 });
    });
  },
  { start: false, settings: { FL_SPOOL_ENABLED: 'false' }, scopes: 'predict+read+ingest' },
);
