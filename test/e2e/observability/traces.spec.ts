import { onPostgresBehindProxy, onSqlite } from '../../support/environment.js';
import { until } from '../../support/outage.js';
import { repeat } from '../../support/statuses.js';
import { TelemetryReceiver } from '../../support/telemetry-receiver.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const STOP_MS = 20_000;

// S1-29 S2-F6
onPostgresBehindProxy(
  'a trace',
  ({ api, proxy, restart, server }) => {
    let receiver: TelemetryReceiver;
    const spansOfTrace = () => receiver.spans.filter(({ traceId }) => traceId === TRACE_ID);
    const named = (name: string) => spansOfTrace().find((span) => span.name === name);

    beforeAll(async () => {
      receiver = await TelemetryReceiver.start();
      await restart({ FL_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`, FL_TRACE_PERCENT: '0' });
      const predict = () =>
        api.predict(
          { text: 'canary-9d2 loves it', user_id: 'canary-user' },
          { headers: { traceparent: `00-${TRACE_ID}-${CALLER}-01` } },
        );
      expect(await predict()).toMatchObject({ body: { persisted: 'database' } });
      // A request whose caller does not ask for a trace.
      await api.analytics.summary();
      proxy.set('refuse');
      await until(async () => (await predict()).body.persisted === 'spool');
      proxy.set('pass');
      // The last spans are sent at the stop.
      await server.stop();
    });
    afterAll(() => receiver.stop());

    it('leads from the caller through HTTP, model, recording, database and spool', () => {
      const names = spansOfTrace().map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining([
          'POST /api/v1/predict',
          'model predict',
          'record',
          'spool put',
          expect.stringMatching(/^db /),
        ]),
      );
      expect(named('POST /api/v1/predict')).toMatchObject({ parentSpanId: CALLER });
      const { parentSpanId } = named('model predict')!;
      expect(spansOfTrace().find(({ spanId }) => spanId === parentSpanId)).toMatchObject({
        name: 'POST /api/v1/predict',
      });
    });

    it('is not made of a request whose caller does not ask for it', () => {
      expect(receiver.spans.filter(({ name }) => name.includes('analytics'))).toEqual([]);
    });

    it('holds no text and no user', () => {
      expect(receiver.text).not.toContain('canary');
    });
  },
  { start: false },
);

onSqlite(
  'traces without a collector',
  ({ api, server }) => {
    it('delay neither responses nor the stop', async () => {
      const answers = await repeat(20, () => api.predict({ text: 'fine' }));
      expect(answers).toMatchObject(Array(20).fill({ status: 200 }));
      const began = Date.now();
      await server.stop();
      expect(Date.now() - began).toBeLessThan(STOP_MS);
    });
  },
  { settings: { FL_OTLP_ENDPOINT: 'http://127.0.0.1:9', FL_TRACE_PERCENT: '100' } },
);
