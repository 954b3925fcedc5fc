import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

interface Received {
  headers: IncomingMessage['headers'];
  text: string;
  body: { id: string; type: string; created_at: string; tenant: string; data: Record<string, unknown> };
}

interface Delivery {
  id: string;
  event: string;
  attempts: number;
  delivered_at: string | null;
  next_attempt_at: string | null;
  last_status: number | null;
  last_error: string | null;
}

/** Somebody's server: keeps what it gets, and answers as it is told. */
class Receiver {
  readonly received: Received[] = [];
  status = 200;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, reply) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        receiver.received.push({ headers: request.headers, text, body: JSON.parse(text) as Received['body'] });
        reply
          .writeHead(receiver.status, receiver.status === 302 ? { location: 'http://127.0.0.1:1/' } : {})
          .end('thanks');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  of(type: string): Received[] {
    return this.received.filter(({ body }) => body.type === type);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const HOOKS = '/admin/api/webhooks';

describe.each(DIALECTS)('webhooks on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;
  let receiver: Receiver;
  let hook: { id: string; secret: string };

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    receiver = await Receiver.start();
    server = await ServerProcess.start(database, { FL_WEBHOOK_ALLOW: '127.0.0.1/32', FL_RETENTION_ENABLED: 'false' });
    const events = ['feedback.created', 'vote.created', 'label.created', 'subject.erased', 'retention.completed'];
    const made = await server.request<{ id: string; secret: string }>(HOOKS, { body: { url: receiver.url, events } });
    expect(made.status).toBe(201);
    hook = made.body;
  });
  afterAll(async () => {
    await server?.stop();
    await receiver?.stop();
    await database?.drop();
  });

  const feedback = (): Promise<Answer> =>
    server.request('/api/v1/feedback', {
      body: {
        session_id: 's',
        category: 'bug',
        description: 'A canary text',
        url: 'https://a.example',
        timestamp: 't',
      },
    });
  const deliveries = async (id = hook.id): Promise<Delivery[]> =>
    (await server.request<{ data: Delivery[] }>(`${HOOKS}/${id}/deliveries`)).body.data;

  it('are told of feedback, votes, labels and erasures: signed, with ids and no text', async () => {
    const sent = await feedback();
    const { id } = (
      await server.request<{ id: string }>('/api/v1/predictions', {
        body: { model: 'm', model_version: 'v', label: 'l', confidence: 1, user_id: 'u' },
      })
    ).body;
    const vote = (correct: boolean): Promise<Answer> =>
      server.request(`/api/v1/predictions/${id}/feedback`, {
        method: 'PUT',
        body: { correct, comment: 'A canary text' },
      });
    await vote(true);
    await vote(false);
    await server.request('/api/v1/labels', { body: { prediction_id: id, label: 'truth', source: 'system' } });
    await until(
      async () => receiver.of('vote.created').length === 2 && receiver.of('label.created').length === 1,
      15_000,
    );
    // Erasing takes what was told, or is still to be told, of the subject out of the log.
    const erased = await server.request<{ removed: object }>('/api/v1/subjects/u', { method: 'DELETE' });
    expect(erased.body.removed).toMatchObject({ webhook_deliveries: 3 });
    await until(
      async () => ['feedback.created', 'subject.erased'].every((type) => receiver.of(type).length === 1),
      15_000,
    );
    const [told] = receiver.of('feedback.created');
    expect(told!.body).toMatchObject({ type: 'feedback.created', data: { id: sent.body.id, category: 'bug' } });
    expect(
      receiver
        .of('vote.created')
        .map(({ body }) => body.data.correct)
        .sort(),
    ).toEqual([false, true]);
    expect(JSON.stringify(receiver.received.map(({ text }) => text))).not.toContain('canary');
    for (const { headers, text } of receiver.received) {
      const [, time, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-fl-signature']))!;
      expect(hex).toBe(createHmac('sha256', hook.secret).update(`${time}.${text}`).digest('hex'));
      expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
    }
    // What the receiver has is noted a moment later.
    await until(async () => (await deliveries()).every(({ delivered_at }) => delivered_at !== null));
    expect(new Set((await deliveries()).map(({ last_status }) => last_status))).toEqual(new Set([200]));
  });

  it('S3-F4 S3-28 are told what retention deleted', async () => {
    const { code } = await runCli(['retention', 'run', '--days', '1'], database.environment, database.folder);
    expect(code).toBe(0);
    await until(async () => receiver.of('retention.completed').length >= 1);
    expect(receiver.of('retention.completed')[0]!.body.data).toMatchObject({
      kind: expect.any(String) as string,
      deleted: 0,
    });
  });

  it('S1-06 are told again after a failure, under the same id, and by hand', async () => {
    receiver.status = 500;
    const before = receiver.of('feedback.created').length;
    await feedback();
    // Other events may still be on their way, one of retention for each kind for example.
    const delivery = async (): Promise<Delivery | undefined> =>
      (await deliveries()).find(({ event }) => event === 'feedback.created');
    await until(async () => (await delivery())?.last_status === 500);
    const failed = (await delivery())!;
    expect(failed).toMatchObject({ delivered_at: null, last_error: 'status 500' });
    expect(failed.next_attempt_at).not.toBeNull();
    receiver.status = 302;
    const again = await server.request(`${HOOKS}/${hook.id}/deliveries/${failed.id}/redeliver`, { method: 'POST' });
    expect(again.status).toBe(200);
    await until(async () => (await delivery())!.last_status === 302);
    receiver.status = 200;
    // The second attempt comes by itself.
    await until(async () => (await delivery())!.delivered_at !== null);
    const told = receiver.of('feedback.created').slice(before);
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(new Set(told.map(({ body }) => body.id))).toEqual(new Set([failed.id]));
  });

  it('what was written before a kill is told after it', async () => {
    receiver.status = 503;
    const { body } = await feedback();
    await server.stop('SIGKILL');
    receiver.status = 200;
    server = await ServerProcess.start(database, { FL_WEBHOOK_ALLOW: '127.0.0.1/32', FL_RETENTION_ENABLED: 'false' });
    await until(
      async () =>
        receiver.of('feedback.created').some(({ body: told }) => told.data.id === body.id) &&
        (await deliveries())[0]!.delivered_at !== null,
      50_000,
    );
  });

  it('one that wants another protocol, or says nothing, holds up nobody', async () => {
    receiver.status = 101;
    const upgraded = await server.request(`${HOOKS}/${hook.id}/test`, { method: 'POST' });
    expect(upgraded.body).toMatchObject({ delivered: false });
    receiver.status = 200;
  });

  it('are tested by a button, which says what came of it', async () => {
    const tested = await server.request(`${HOOKS}/${hook.id}/test`, { method: 'POST' });
    expect([tested.status, tested.body]).toEqual([200, { delivered: true, status: 200, error: null }]);
    expect(receiver.of('webhook.test')).toHaveLength(2);
  });

  it.each([
    ['http://10.0.0.1/hook', 'not public'],
    ['https://169.254.169.254/latest/meta-data', 'not public'],
    ['https://[::1]/', 'not public'],
    ['https://does-not-exist.invalid/', 'cannot be found'],
    ['ftp://example.com/', 'https'],
  ])('refuse the address %s', async (url, reason) => {
    const answer = await server.request(HOOKS, { body: { url, events: ['feedback.created'] } });
    expect(answer.status).toBe(422);
    expect((answer.body.errors as { path: string; message: string }[])[0]).toMatchObject({
      path: 'url',
      message: expect.stringMatching(new RegExp(reason)) as string,
    });
  });

  it('keep their secret encrypted, show it once, and are each tenant’s own', async () => {
    expect(JSON.stringify(await database.query('SELECT * FROM webhooks'))).not.toContain(hook.secret);
    expect((await server.request(`${HOOKS}/${hook.id}`)).text).not.toContain('secret');
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: 'o', name: 'O' },
    });
    expect((await server.request(`${HOOKS}/${hook.id}`, { key: tenant.body.admin_key })).status).toBe(404);
    expect((await server.request(`${HOOKS}/${hook.id}/deliveries`, { key: tenant.body.admin_key })).status).toBe(404);
    expect((await server.request(HOOKS, { body: { url: receiver.url, events: ['all'] } })).status).toBe(422);
  });

  it('that are deleted are told no more', async () => {
    expect((await server.request(`${HOOKS}/${hook.id}`, { method: 'DELETE' })).status).toBe(200);
    const { body } = await feedback();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(receiver.of('feedback.created').map(({ body: told }) => told.data.id)).not.toContain(body.id);
  });
});
