import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';

const SETTINGS = { FL_WEBHOOK_ALLOW: '127.0.0.1/32', FL_RETENTION_ENABLED: 'false' };
const SUBMISSION = {
  session_id: 's',
  category: 'bug' as const,
  description: 'The chart is empty.',
  url: 'https://app.example.com',
  timestamp: '2026-11-22T09:30:00Z',
};

interface Batch extends Record<string, unknown> {
  count: number;
  prediction_ids: string[];
  source: string;
  first_recorded_at: string;
  last_recorded_at: string;
}

onBothDatabasesInProcess(
  'deliveries of many kinds',
  ({ api, admin, server }) => {
    let receiver: WebhookReceiver;
    let hooks: string[] = [];
    beforeEach(async () => {
      receiver = await WebhookReceiver.start();
    });
    afterEach(async () => {
      await Promise.all(hooks.map((id) => admin.call('delete_webhook', { path: { id } })));
      hooks = [];
      await receiver.stop();
    });

    const subscribe = async (events: string[], url = receiver.url): Promise<string> => {
      const created = await server.request<{ id: string }>('/admin/api/webhooks', { body: { url, events } });
      expect(created).toMatchObject({ status: 201 });
      hooks.push(created.body.id);
      return created.body.id;
    };
    const predictions = async (count: number, user?: string): Promise<string[]> => {
      const logged = await Promise.all(
        Array.from({ length: count }, () =>
          server.request<{ id: string }>('/api/v1/predictions', {
            body: { model: 'm', model_version: 'v', label: 'l', confidence: 1, ...(user ? { user_id: user } : {}) },
          }),
        ),
      );
      return logged.map(({ body }) => body.id);
    };
    const label = async (ids: readonly string[], source = 'import'): Promise<void> => {
      const lines = ids.map((prediction_id) => JSON.stringify({ prediction_id, label: 'truth', source }));
      const recorded = await server.request('/api/v1/labels', {
        headers: { 'content-type': 'application/x-ndjson' },
        raw: `${lines.join('\n')}\n`,
      });
      expect(recorded.text).toContain(`"accepted":${ids.length}`);
    };
    const batches = (): Batch[] => receiver.eventsOf('label.batch').map(({ body }) => body.data as Batch);

    // N9: an import of labels once delayed every other event by minutes.
    it('an event does not wait for another kind whose receiver does not respond', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      receiver.gate = ({ body }) => (body.type === 'label.created' ? held : undefined);
      await subscribe(['label.created', 'feedback.created']);
      const ids = await predictions(60);
      await label(ids);
      await until(async () => receiver.eventsOf('label.created').length > 0);

      expect((await api.feedback.create(SUBMISSION)).status).toBe(201);
      await until(async () => receiver.eventsOf('feedback.created').length === 1);
      expect(receiver.eventsOf('label.created').length).toBeLessThan(60);

      release();
      await until(async () => new Set(receiver.eventsOf('label.created').map(({ body }) => body.id)).size === 60);
    });

    it('connections are reused, and replaced without a failure after the receiver closed them', async () => {
      const id = await subscribe(['label.created']);
      await label(await predictions(200));
      await until(async () => receiver.eventsOf('label.created').length >= 200);
      expect(receiver.connections.size).toBeLessThanOrEqual(40);

      receiver.disconnect();
      const more = await predictions(3);
      await label(more);
      type Log = { data: { attempts: number; delivered_at: string | null; data: { prediction_id: string } }[] };
      const log = async (): Promise<Log['data']> =>
        (await server.request<Log>(`/admin/api/webhooks/${id}/deliveries`)).body.data.filter(({ data }) =>
          more.includes(data.prediction_id),
        );
      await until(async () => (await log()).filter((each) => each.delivered_at !== null).length === 3);
      expect((await log()).map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    });

    it('a receiver that asks for batches gets each label once, at most one batch a second', async () => {
      const startedAt = Date.now();
      await subscribe(['label.created', 'label.batch', 'vote.created']);
      const ids = await predictions(90);
      for (let i = 0; i < ids.length; i += 10) await label(ids.slice(i, i + 10));
      await label(ids.slice(0, 2), 'system');
      const counted = (): number => batches().reduce((sum, { count }) => sum + count, 0);
      await until(async () => counted() >= 92);

      const ofImport = batches().filter(({ source }) => source === 'import');
      expect(ofImport.flatMap(({ prediction_ids }) => prediction_ids).sort()).toEqual([...ids].sort());
      expect(batches().filter(({ source }) => source === 'system')).toMatchObject([{ count: 2 }]);
      expect(batches().length).toBeLessThanOrEqual(1 + (Date.now() - startedAt) / 1000);
      for (const { first_recorded_at, last_recorded_at } of batches())
        expect(first_recorded_at <= last_recorded_at).toBe(true);
      expect(receiver.eventsOf('label.created')).toHaveLength(0);
    });

    it('a batch that is sent again on request keeps its id and content beside new labels', async () => {
      const id = await subscribe(['label.batch']);
      await label(await predictions(2));
      await until(async () => receiver.eventsOf('label.batch').length === 1);
      const [sent] = receiver.eventsOf('label.batch');
      const delivered = async (): Promise<boolean> =>
        (await server.request<{ data: { delivered_at: string | null }[] }>(`/admin/api/webhooks/${id}/deliveries`)).body
          .data[0]?.delivered_at != null;
      await until(delivered);

      const again = server.request(`/admin/api/webhooks/${id}/deliveries/${sent?.body.id}/redeliver`, {
        method: 'POST',
      });
      await label(await predictions(3));
      expect(await again).toMatchObject({ status: 200 });
      await until(async () => receiver.eventsOf('label.batch').length === 3);
      const bodies = receiver.eventsOf('label.batch').map(({ body }) => body);
      expect(bodies.filter((body) => body.id === sent?.body.id)).toEqual([sent?.body, sent?.body]);
      expect(bodies.filter((body) => body.id !== sent?.body.id).map(({ data }) => data.count)).toEqual([3]);
    });

    it('erasing a person takes their predictions out of a batch and leaves the others', async () => {
      receiver.status = 500;
      const id = await subscribe(['label.batch']);
      const [others, own] = [await predictions(2), await predictions(1, 'anna')];
      await label([...others, ...own]);
      await until(async () => receiver.eventsOf('label.batch').length > 0);
      type Log = { data: { id: string; last_status: number | null; data: Batch }[] };
      const log = async (): Promise<Log['data'][number]> =>
        (await server.request<Log>(`/admin/api/webhooks/${id}/deliveries`)).body.data[0]!;
      await until(async () => (await log()).last_status === 500);

      const erased = await api.call('erase_subject', { path: { id: 'anna' } });
      expect(erased).toMatchObject({ status: 200, body: { removed: { webhook_deliveries: 1 } } });
      expect((await log()).data).toMatchObject({ count: 3, source: 'import' });
      expect((await log()).data.prediction_ids.sort()).toEqual([...others].sort());
    });

    it('the delay of deliveries is a metric', async () => {
      await subscribe(['feedback.created']);
      expect((await api.feedback.create(SUBMISSION)).status).toBe(201);
      const metrics = async (): Promise<string> => (await server.request('/metrics')).text;
      await until(async () =>
        /^feedback_loop_webhook_delay_seconds_count\{event="feedback.created"\} [1-9]/m.test(await metrics()),
      );
    });
  },
  { settings: SETTINGS },
);
