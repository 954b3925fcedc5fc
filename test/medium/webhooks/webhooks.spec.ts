import { createHmac } from 'node:crypto';
import { invalid } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';

const ALL_EVENTS = [
  'feedback.created',
  'vote.created',
  'label.created',
  'subject.erased',
  'retention.completed',
] as const;
const FEEDBACK = {
  session_id: 's',
  category: 'bug',
  description: 'A canary text',
  url: 'https://a.example',
  timestamp: 't',
};

onBothDatabasesInProcess(
  'webhooks',
  ({ api, admin, database }) => {
    let receiver: WebhookReceiver;
    let hook: { id: string; secret: string };
    const deliveries = async () => (await admin.webhooks.deliveries(hook.id)).body.data;

    beforeAll(async () => {
      receiver = await WebhookReceiver.start();
      const created = await admin.webhooks.create({ url: receiver.url, events: [...ALL_EVENTS] });
      expect(created).toMatchObject({ status: 201 });
      hook = created.body;
    });
    afterAll(() => receiver?.stop());

    describe('are notified of feedback, votes, labels and erasures', () => {
      let feedbackId: string;
      beforeAll(async () => {
        feedbackId = (await api.feedback.create(FEEDBACK)).body.id;
        const logged = await api.predictions.log({
          model: 'm',
          model_version: 'v',
          label: 'l',
          confidence: 1,
          user_id: 'u',
        });
        const { id } = logged.body;
        for (const correct of [true, false]) await api.votes.create(id, { correct, comment: 'A canary text' });
        await api.labels.create({ prediction_id: id, label: 'truth', source: 'system' });
        await until(() =>
          Promise.resolve(
            receiver.eventsOf('vote.created').length === 2 && receiver.eventsOf('label.created').length === 1,
          ),
        );
        // An erasure also removes the deliveries about the subject, whether they were sent or not.
        const erased = await api.subjects.erase('u');
        expect(erased.body.removed).toMatchObject({ webhook_deliveries: 3 });
        await until(() =>
          Promise.resolve(['feedback.created', 'subject.erased'].every((type) => receiver.eventsOf(type).length === 1)),
        );
      });

      it('with ids, and without any text', () => {
        expect(receiver.eventsOf('feedback.created')).toMatchObject([
          { body: { type: 'feedback.created', data: { id: feedbackId, category: 'bug' } } },
        ]);
        const votes = receiver.eventsOf('vote.created').map(({ body }) => body.data.correct);
        expect(votes.sort()).toEqual([false, true]);
        expect(receiver.events.filter(({ text }) => text.includes('canary'))).toEqual([]);
      });

      it('with a signature of the time and the body', () => {
        for (const { headers, text } of receiver.events) {
          const [, time, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-fl-signature']))!;
          expect(hex).toBe(createHmac('sha256', hook.secret).update(`${time}.${text}`).digest('hex'));
          expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
        }
      });

      it('and each delivery is listed with its status', async () => {
        // A delivery is recorded a moment after its receiver has responded.
        await until(async () => (await deliveries()).every(({ delivered_at }) => delivered_at !== null));
        expect(new Set((await deliveries()).map(({ last_status }) => last_status))).toEqual(new Set([200]));
      });
    });

    // S3-F4 S3-28
    it('are notified of what retention deleted', async () => {
      const done = await runCliInProcess(['retention', 'run', '--days', '1'], database.environment, database.folder);
      expect(done).toMatchObject({ code: 0 });
      await until(() => Promise.resolve(receiver.eventsOf('retention.completed').length > 0));
      expect(receiver.eventsOf('retention.completed')[0]).toMatchObject({
        body: { data: { kind: expect.any(String) as string, deleted: 0 } },
      });
    });

    // S1-06
    it('are notified again after a failure, on request and automatically, under the same id', async () => {
      receiver.status = 500;
      const before = receiver.eventsOf('feedback.created').length;
      await api.feedback.create(FEEDBACK);
      // Other deliveries may still be on their way, such as one of retention for each kind.
      const delivery = async () => (await deliveries()).find(({ event }) => event === 'feedback.created')!;
      await until(async () => (await delivery())?.last_status === 500);
      const failed = await delivery();
      expect(failed).toMatchObject({
        delivered_at: null,
        last_error: 'status 500',
        next_attempt_at: expect.any(String) as string,
      });

      receiver.status = 302;
      const path = { id: hook.id, delivery_id: failed.id };
      expect(await admin.call('redeliver', { path })).toMatchObject({ status: 200 });
      await until(async () => (await delivery()).last_status === 302);
      receiver.status = 200;
      await until(async () => (await delivery()).delivered_at !== null);
      const events = receiver.eventsOf('feedback.created').slice(before);
      expect(events.length).toBeGreaterThanOrEqual(3);
      expect(new Set(events.map(({ body }) => body.id))).toEqual(new Set([failed.id]));
    });

    it('whose receiver wants another protocol do not hold up a test of it', async () => {
      receiver.status = 101;
      expect(await admin.webhooks.test(hook.id)).toMatchObject({ body: { delivered: false } });
      receiver.status = 200;
    });

    it('can be tested, and the response contains the result', async () => {
      const before = receiver.eventsOf('webhook.test').length;
      expect(await admin.webhooks.test(hook.id)).toMatchObject({
        status: 200,
        body: { delivered: true, status: 200, error: null },
      });
      expect(receiver.eventsOf('webhook.test')).toHaveLength(before + 1);
    });

    it.each([
      ['http://10.0.0.1/hook', 'not public'],
      ['https://169.254.169.254/latest/meta-data', 'not public'],
      ['https://[::1]/', 'not public'],
      ['https://does-not-exist.invalid/', 'cannot be found'],
      ['ftp://example.com/', 'https'],
    ])('are refused with the address %s', async (url, reason) => {
      const refused = await admin.webhooks.create({ url, events: ['feedback.created'] });
      expect(refused).toMatchObject({ status: 422 });
      const { errors } = JSON.parse(refused.text) as { errors: object[] };
      expect(errors[0]).toMatchObject({ path: 'url', message: expect.stringContaining(reason) as string });
    });

    it('are refused for unknown events', async () => {
      const refused = await admin.webhooks.create(invalid({ url: receiver.url, events: ['all'] }));
      expect(refused).toMatchObject({ status: 422 });
    });

    it('have a secret that is shown once and stored encrypted', async () => {
      expect(JSON.stringify(await database.query('SELECT * FROM webhooks'))).not.toContain(hook.secret);
      expect((await admin.webhooks.get(hook.id)).text).not.toContain('secret');
    });

    it('are separate for each tenant', async () => {
      const tenant = await admin.tenants.create({ slug: 'o', name: 'O' });
      const { webhooks } = admin.as(tenant.body.admin_key);
      expect(await webhooks.get(hook.id)).toMatchObject({ status: 404 });
      expect(await webhooks.deliveries(hook.id)).toMatchObject({ status: 404 });
    });

    it('are not notified after they are deleted', async () => {
      const other = await WebhookReceiver.start();
      try {
        await admin.webhooks.create({ url: other.url, events: ['feedback.created'] });
        expect(await admin.webhooks.delete(hook.id)).toMatchObject({ status: 200 });
        const { id } = (await api.feedback.create(FEEDBACK)).body;
        await until(() => Promise.resolve(other.hasEventAbout(id)));
        expect(receiver.hasEventAbout(id)).toBe(false);
      } finally {
        await other.stop();
      }
    });
  },
  { settings: { FL_WEBHOOK_ALLOW: '127.0.0.1/32', FL_RETENTION_ENABLED: 'false' } },
);
