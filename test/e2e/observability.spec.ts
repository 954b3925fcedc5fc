import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { databaseBehindProxy, ENVIRONMENT_KEY, until } from '../support/outage.js';
import { ServerProcess } from '../support/server-process.js';

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  status?: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

/** Takes what is sent to it. */
class Receiver {
  readonly bodies: { path: string; text: string }[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const receiver = new Receiver(
      createServer((request, response) => {
        void receiver.take(request).then(() => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end('{}');
        });
      }),
    );
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async take(request: IncomingMessage): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    this.bodies.push({ path: request.url ?? '', text });
  }
}

const SECRET_TEXT = 'canary-9d2 loves it';

describe('S1-29 S2-F6 traces', () => {
  it('lead from the caller through HTTP, model, recording and spool, and hold no text', async () => {
    const receiver = await Receiver.start();
    const { database, drop, environment, proxy } = await databaseBehindProxy();
    const server = await ServerProcess.start(database, {
      ...environment,
      FL_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
      FL_TRACE_PERCENT: '0',
    });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const ask = () =>
      server.request<{ persisted: string }>('/api/v1/predict', {
        key: ENVIRONMENT_KEY,
        body: { text: SECRET_TEXT, user_id: 'canary-user' },
        headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      });
    const spans = (): OtlpSpan[] =>
      receiver.bodies
        .filter(({ path }) => path === '/v1/traces')
        .flatMap(
          ({ text }) =>
            (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }).resourceSpans,
        )
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap((each) => each.spans));
    try {
      expect((await ask()).body.persisted).toBe('database');
      // Nobody asked for this one to be traced.
      await server.request('/api/v1/analytics/summary', { key: ENVIRONMENT_KEY });
      proxy.set('refuse');
      await until(async () => (await ask()).body.persisted === 'spool');
    } finally {
      proxy.set('pass');
      await server.stop();
    }
    const mine = spans().filter((span) => span.traceId === traceId);
    const names = new Set(mine.map(({ name }) => name));
    for (const name of ['POST /api/v1/predict', 'model predict', 'record', 'spool put'])
      expect([...names]).toContain(name);
    const root = mine.find(({ name }) => name === 'POST /api/v1/predict')!;
    expect(root.parentSpanId).toBe('00f067aa0ba902b7');
    const parent = mine.find(({ name }) => name === 'model predict')!.parentSpanId;
    expect(mine.find(({ spanId }) => spanId === parent)?.name).toBe('POST /api/v1/predict');
    expect([...names].some((name) => name.startsWith('db '))).toBe(true);
    expect(spans().some(({ name }) => name.includes('analytics'))).toBe(false);
    const all = receiver.bodies.map(({ text }) => text).join('');
    expect(all).not.toContain('canary');
    receiver.stop();
    await drop();
  });

  it('cost nothing when nobody collects them: the server answers, and stops in time', async () => {
    const database = await createTestDatabase('sqlite');
    const server = await ServerProcess.start(database, {
      FL_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      FL_TRACE_PERCENT: '100',
    });
    for (let i = 0; i < 20; i++)
      expect((await server.request('/api/v1/predict', { body: { text: 'fine' } })).status).toBe(200);
    const started = Date.now();
    await server.stop();
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

describe('S1-05 reports of errors', () => {
  it('reach Sentry with stack and context, and without what people wrote', async () => {
    const receiver = await Receiver.start();
    const database = await createTestDatabase('sqlite');
    const server = await ServerProcess.start(database, {
      FL_SENTRY_DSN: `http://public@127.0.0.1:${receiver.port}/7`,
      FL_SENTRY_ENVIRONMENT: 'test',
    });
    const made = await server.request<{ id: string }>('/api/v1/predictions', {
      body: { model: 'm', model_version: 'v', label: 'x', confidence: 0.5, input_text: SECRET_TEXT },
    });
    // A value that no key opens: an error of the server, not of the caller.
    await database.query(`UPDATE predictions SET input_text = 'v1.00000000.AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA'`);
    const broken = await server.request(`/api/v1/predictions/${made.body.id}`, {
      headers: { 'x-correlation-id': 'find-me-1' },
    });
    expect(broken.status).toBe(500);
    await until(async () => receiver.bodies.length > 0);
    await server.stop();
    const [report] = receiver.bodies.map(({ path, text }) => ({ path, text }));
    expect(report!.path).toContain('/api/7/envelope/');
    const event = report!.text.split('\n').map((line) => JSON.parse(line || '{}') as Record<string, unknown>);
    const body = event.find((each) => each.exception !== undefined) as {
      level: string;
      environment: string;
      release: string;
      tags: Record<string, string>;
      exception: { values: { type: string; stacktrace: { frames: { filename: string }[] } }[] };
    };
    expect(body).toMatchObject({
      level: 'error',
      environment: 'test',
      release: expect.stringContaining('feedback-loop@'),
    });
    expect(body.tags.correlation_id).toBe('find-me-1');
    expect(body.exception.values.at(-1)).toMatchObject({ type: 'UnreadableFieldError' });
    expect(body.exception.values.at(-1)!.stacktrace.frames.length).toBeGreaterThan(3);
    expect(receiver.bodies.map(({ text }) => text).join('')).not.toContain('canary');
    receiver.stop();
  });
});

describe('FL_METRICS_PORT', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let port: number;
  beforeAll(async () => {
    database = await createTestDatabase('sqlite');
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    port = (free.address() as AddressInfo).port;
    await new Promise((resolve) => free.close(resolve));
    server = await ServerProcess.start(database, { FL_METRICS_PORT: String(port) });
  });
  afterAll(async () => server?.stop());

  it('S1-26 serves metrics and probes without a key, and nothing else', async () => {
    const ask = async (path: string, init?: RequestInit): Promise<{ status: number; text: string }> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
      return { status: answer.status, text: await answer.text() };
    };
    expect(await ask('/metrics')).toMatchObject({
      status: 200,
      text: expect.stringContaining('feedback_loop_build_info'),
    });
    for (const probe of ['/health', '/health/liveness', '/health/readiness', '/health/startup'])
      expect([probe, await ask(probe)]).toEqual([probe, { status: 200, text: (await server.request(probe)).text }]);
    expect((await ask('/api/v1/predictions')).status).toBe(404);
    expect((await ask('/metrics', { method: 'POST' })).status).toBe(405);
    expect((await server.request('/metrics', { key: null })).status).toBe(401);
  });
});
