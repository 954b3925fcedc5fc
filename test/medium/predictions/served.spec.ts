import { invalid } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { repeat } from '../../support/statuses.js';

const WITHOUT_KEY = { key: null };

onBothDatabasesInProcess(
  'served predictions',
  ({ api, server }) => {
    const total = async () => (await api.analytics.summary()).body.total_predictions;

    // S4-01 S4-02 S4-10
    it('are recorded with everything that is known', async () => {
      const given = { user_id: 'u1', session_id: 's1', inference_id: 'i1', metadata: { page: 'home' } };
      const answer = await api.predict({ text: '  I love this app!  ', ...given });
      expect(answer).toMatchObject({
        status: 200,
        body: {
          sentiment: 'positive',
          label: 'positive',
          persisted: 'database',
          cache_hit: false,
          feedback_token: expect.stringMatching(/^v1\./),
        },
      });
      const { id, scores, timestamp } = answer.body;
      expect(Object.values(scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
      expect(await api.predictions.get(id as string)).toMatchObject({
        status: 200,
        body: { ...given, id, timestamp, scores, input_text: 'I love this app!', source: 'served', cache_hit: false },
      });
    });

    // S4-F5
    it('come from the cache for the same text, are marked so, and have ids of their own', async () => {
      const text = 'The cache should remember this sentence.';
      const first = await api.predict({ text });
      const second = await api.predict({ text });
      expect(first.body.cache_hit).toBe(false);
      expect(second.body).toMatchObject({ cache_hit: true, scores: first.body.scores });
      expect(second.body.id).not.toBe(first.body.id);
    });

    // S4-05 S4-07
    it('of a batch are in its order, and are all recorded', async () => {
      const answer = await api.batch({ texts: ['I hate it', 'The box contains two cables', 'Wonderful service'] });
      expect(answer).toMatchObject({
        status: 200,
        body: {
          total: 3,
          persisted: 'database',
          predictions: [{ sentiment: 'negative' }, { sentiment: 'neutral' }, { sentiment: 'positive' }],
        },
      });
      for (const { id } of answer.body.predictions)
        expect(await api.predictions.get(id as string)).toMatchObject({ status: 200, body: { id } });
    });

    // S4-06
    it('of a batch with an invalid text are not recorded, and each invalid text is named', async () => {
      const before = await total();
      const refused = await api.batch(invalid({ texts: ['good', '   ', 7, 'x'.repeat(10_001)] }));
      expect(refused).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'texts.1' }, { path: 'texts.2' }, { path: 'texts.3' }] },
      });
      const tooMany = await api.batch({ texts: Array<string>(101).fill('a') });
      expect(tooMany).toMatchObject({ status: 422, body: { errors: [{ path: 'texts' }] } });
      expect(await total()).toBe(before);
    });

    // S4-01 S4-05 S4-14
    it('are available on legacy paths that are public, where unknown fields and parameters are ignored', async () => {
      const body = invalid({ text: 'fine', model_name: 'old client' });
      expect(await api.call('predict_older_path', { body }, WITHOUT_KEY)).toMatchObject({
        status: 200,
        body: { sentiment: expect.any(String), confidence: expect.any(Number), latency_ms: expect.any(Number) },
      });
      expect(await api.call('batch_older_path', { body: { texts: ['one', 'two'] } }, WITHOUT_KEY)).toMatchObject({
        status: 200,
        body: { total: 2 },
      });
      expect(await server.request('/analytics/summary?unknown=1', WITHOUT_KEY)).toMatchObject({ status: 200 });
      expect(await api.analytics.summary({}, WITHOUT_KEY)).toMatchObject({ status: 401 });
    });

    it('accept 10,000 characters, not code units, after trimming', async () => {
      const exact = await api.predict({ text: ` ${'😀'.repeat(10_000)} ` });
      expect(exact).toMatchObject({ status: 200 });
      expect(await api.predict({ text: '😀'.repeat(10_001) })).toMatchObject({ status: 422 });
      const stored = await api.predictions.get(exact.body.id as string);
      expect([...(stored.body.input_text as string)]).toHaveLength(10_000);
    });

    // S4-18 S4-F6
    it('do not show their texts in analytics or in the log', async () => {
      await repeat(2, () => api.predict({ text: 'Canary sentence zqxwk for its author alone' }));
      for (const figure of [
        'summary',
        'recent?limit=1000',
        'label-distribution',
        'models',
        'timeseries',
        'latency',
        'cache',
      ])
        expect(await server.request(`/api/v1/analytics/${figure}`)).toMatchObject({
          status: 200,
          text: expect.not.stringContaining('zqxwk'),
        });
      await until(async () => server.log.includes('/api/v1/analytics/cache'));
      expect(server.log).not.toContain('zqxwk');
    });
  },
  { settings: { FL_PUBLIC_ROUTES: 'predict,batch,analytics' } },
);
