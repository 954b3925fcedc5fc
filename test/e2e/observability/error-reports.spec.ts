import { onSqlite } from '../../support/environment.js';
import { until } from '../../support/outage.js';
import { TelemetryReceiver } from '../../support/telemetry-receiver.js';

interface SentryEvent {
  exception: { values: { type: string; stacktrace: { frames: object[] } }[] };
}

// S1-05
onSqlite(
  'a report of an error',
  ({ api, database, restart, server }) => {
    let receiver: TelemetryReceiver;

    beforeAll(async () => {
      receiver = await TelemetryReceiver.start();
      await restart({
        FL_SENTRY_DSN: `http://public@127.0.0.1:${receiver.port}/7`,
        FL_SENTRY_ENVIRONMENT: 'test',
      });
    });
    afterAll(() => receiver.stop());

    it('reaches Sentry with its stack and context, and without a text', async () => {
      const prediction = { model: 'm', model_version: 'v', label: 'x', confidence: 0.5, input_text: 'canary-9d2' };
      const { id } = (await api.predictions.log(prediction)).body;
      // A value that no key decrypts is an error of the server, not of the caller.
      await database.query(
        `UPDATE predictions SET input_text = 'v1.00000000.AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA'`,
      );
      const broken = await api.predictions.get(id, { headers: { 'x-correlation-id': 'find-me-1' } });
      expect(broken).toMatchObject({ status: 500 });
      await until(async () => receiver.bodies.length > 0);
      await server.stop();

      const [report] = receiver.bodies;
      expect(report).toMatchObject({ path: expect.stringContaining('/api/7/envelope/') });
      const event = report!.text
        .split('\n')
        .map((line) => JSON.parse(line || '{}') as object)
        .find((part): part is SentryEvent => 'exception' in part);
      expect(event).toMatchObject({
        level: 'error',
        environment: 'test',
        release: expect.stringContaining('feedback-loop@'),
        tags: { correlation_id: 'find-me-1' },
      });
      const exception = event!.exception.values.at(-1)!;
      expect(exception.type).toBe('UnreadableFieldError');
      expect(exception.stacktrace.frames.length).toBeGreaterThan(3);
      expect(receiver.text).not.toContain('canary');
    });
  },
  { start: false },
);
