import { onBothDatabases } from '../../support/environment.js';
import { until } from '../../support/outage.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';

onBothDatabases(
  'webhooks after kill -9',
  ({ api, admin, restart, server }) => {
    let receiver: WebhookReceiver;
    beforeAll(async () => {
      receiver = await WebhookReceiver.start();
    });
    afterAll(() => receiver?.stop());

    it('are notified of records that were acknowledged before it', async () => {
      const hook = await admin.webhooks.create({ url: receiver.url, events: ['feedback.created'] });
      receiver.status = 503;
      const submitted = await api.feedback.create({
        session_id: 's',
        category: 'bug',
        description: 'A text',
        url: 'https://a.example',
        timestamp: 't',
      });
      expect(submitted).toMatchObject({ status: 201 });
      await server.stop('SIGKILL');
      // What the receiver has refused until now does not count.
      receiver.events.length = 0;
      receiver.status = 200;
      await restart();
      await until(() => Promise.resolve(receiver.hasEventAbout(submitted.body.id)));
      await until(async () => {
        const [delivery] = (await admin.webhooks.deliveries(hook.body.id)).body.data;
        return delivery!.delivered_at !== null;
      });
    });
  },
  { settings: { FL_WEBHOOK_ALLOW: '127.0.0.1/32', FL_RETENTION_ENABLED: 'false' } },
);
