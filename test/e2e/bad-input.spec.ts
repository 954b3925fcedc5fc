import { connect } from 'node:net';
import fc from 'fast-check';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  correlation_id: string;
  errors: { path: string; message: string }[];
}

function expectProblem(answer: Answer<Problem>, status: number, path?: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({
    status,
    type: expect.stringMatching(/^urn:feedback-loop:problem:/),
    title: expect.any(String),
    detail: expect.any(String),
    code: expect.any(String),
    correlation_id: answer.headers.get('x-correlation-id'),
  });
  if (path !== undefined) expect(answer.body.errors.map((error) => error.path)).toContain(path);
  expect(answer.text).not.toMatch(/at .*\.js:\d+|node_modules|SELECT|INSERT/);
}

describe.each(DIALECTS)('bad input on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database);
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const post = (path: string, raw: string | Buffer, headers: Record<string, string> = {}): Promise<Answer<Problem>> =>
    server.request<Problem>(path, { raw, headers });
  const nul = String.fromCharCode(92) + 'u0000';
  const surrogate = String.fromCharCode(92) + 'ud800';

  it.each([
    ['malformed JSON', '{"text":', 400, undefined],
    ['an empty body', '', 400, undefined],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400, undefined],
    ['a NUL character', `{"text":"a${nul}b"}`, 400, 'text'],
    ['a lone surrogate', `{"text":"a${surrogate}b"}`, 400, 'text'],
    ['a NUL deep inside', `{"text":"a","metadata":{"a":[{"b":"${nul}"}]}}`, 400, 'metadata.a.0.b'],
    ['a NUL in a key', `{"text":"a","metadata":{"k${nul}":1}}`, 400, 'metadata'],
    ['5,000 levels', `{"text":"a","metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`, 400, undefined],
    ['5,000 nested arrays', '['.repeat(5000) + ']'.repeat(5000), 400, undefined],
    ['20,000 values', `{"text":"a","metadata":{"a":[${'1,'.repeat(20_000)}1]}}`, 400, undefined],
    ['a number that is none', '{"text":"a","metadata":{"n":1e400}}', 400, 'metadata.n'],
    ['__proto__', '{"text":"a","__proto__":{"admin":true}}', 400, '__proto__'],
    ['constructor.prototype', '{"text":"a","constructor":{"prototype":{"x":1}}}', 400, 'constructor'],
    ['no text', '{}', 422, 'text'],
    ['a text that is a number', '{"text":5}', 422, 'text'],
    ['a blank text', '{"text":"   "}', 422, 'text'],
    ['an unknown field', '{"text":"a","texx":1}', 422, 'texx'],
    ['a list instead of an object', '[]', 422, ''],
    ['null', 'null', 422, ''],
    ['a string', '"text"', 422, ''],
    ['a user_id that is too long', `{"text":"a","user_id":"${'u'.repeat(129)}"}`, 422, 'user_id'],
    ['an empty session_id', '{"text":"a","session_id":""}', 422, 'session_id'],
    ['metadata that is a list', '{"text":"a","metadata":[1]}', 422, 'metadata'],
    ['metadata over 16 KiB', `{"text":"a","metadata":{"a":"${'x'.repeat(17_000)}"}}`, 422, 'metadata'],
    ['a model that does not exist', '{"text":"a","model":"nope"}', 422, 'model'],
  ] as const)('answers %s on /predict by naming what is wrong', async (_name, raw, status, path) => {
    expectProblem(await post('/api/v1/predict', raw as string | Buffer), status, path);
  });

  it.each([
    ['label', { label: '' }],
    ['label', { label: 'x'.repeat(65) }],
    ['label', { label: undefined }],
    ['model', { model: 5 }],
    ['model_version', { model_version: 'v'.repeat(101) }],
    ['confidence', { confidence: 1.01 }],
    ['confidence', { confidence: '0.5' }],
    ['confidence', { confidence: undefined }],
    ['scores.a', { scores: { a: 2 } }],
    ['scores', { scores: {} }],
    ['latency_ms', { latency_ms: -1 }],
    ['timestamp', { timestamp: '2026-13-01T00:00:00Z' }],
    ['timestamp', { timestamp: 5 }],
    ['id', { id: 'not-a-uuid' }],
    ['id', { id: '123e4567-e89b-42d3-a456-426614174000' }],
    ['input_text', { input_text: 'x'.repeat(10_001) }],
  ])('names %s of a logged prediction %#', async (path, more) => {
    const body = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5, ...more };
    expectProblem(await server.request<Problem>('/api/v1/predictions', { body }), 422, path);
  });

  it.each([
    ['/api/v1/predictions?limit=0', 'limit'],
    ['/api/v1/predictions?limit=1001', 'limit'],
    ['/api/v1/predictions?limit=ten', 'limit'],
    ['/api/v1/predictions?limit=1.5', 'limit'],
    ['/api/v1/predictions?limit=', 'limit'],
    ['/api/v1/predictions?limit=1&limit=2', 'limit'],
    ['/api/v1/predictions?from=yesterday', 'from'],
    ['/api/v1/predictions?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['/api/v1/predictions?min_confidence=2', 'min_confidence'],
    ['/api/v1/predictions?cache_hit=maybe', 'cache_hit'],
    ['/api/v1/predictions?cursor=zzz', 'cursor'],
    ['/api/v1/predictions?unknown=1', 'unknown'],
    ['/api/v1/predictions/not-a-uuid', 'id'],
    ['/api/v1/analytics/recent?limit=0', 'limit'],
    ['/api/v1/analytics/recent?limit=1001', 'limit'],
    ['/api/v1/analytics/recent?limit=abc', 'limit'],
    ['/api/v1/analytics/timeseries?bucket=week', 'bucket'],
    ['/api/v1/analytics/timeseries?bucket=hour&from=2020-01-01T00:00:00Z', 'from'],
    ['/api/v1/analytics/summary?to=nope', 'to'],
    ['/analytics/recent?limit=5000', 'limit'],
  ])('S4-17 S4-19 S1-19 answers 422 to %s', async (path, field) => {
    expectProblem(await server.request<Problem>(path), 422, field);
  });

  it('S1-03 makes a problem of the framework’s own errors', async () => {
    expectProblem(await server.request<Problem>('/nothing/here'), 404);
    const wrongMethod = await server.request<Problem>('/api/v1/predict');
    expectProblem(wrongMethod, 405);
    expect(wrongMethod.headers.get('allow')).toContain('POST');
    expectProblem(
      await server.request<Problem>('/api/v1/predictions/00000000-0000-7000-8000-000000000001', { method: 'DELETE' }),
      405,
    );
    expectProblem(
      await post('/api/v1/predict', 'text=a', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
    );
    expectProblem(await post('/api/v1/predict', 'a', { 'content-type': 'text/plain' }), 415);
    expectProblem(await post('/api/v1/predict', '{"text":"a"}', { 'content-encoding': 'gzip' }), 415);
    expectProblem(await post('/api/v1/predict', `{"text":"${'x'.repeat(6_000_000)}"}`), 413);
    expectProblem(await server.request<Problem>('/%zz'), 400);
    expectProblem(await server.request<Problem>('/api/v1/predictions?label=a%00b'), 400, 'label');
    expectProblem(await server.request<Problem>('/api/v1/predictions/00000000-0000-7000-8000-000000000001'), 404);
  });

  it('answers a request that is no HTTP with a problem, and goes on', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(server.address);
      const socket = connect(Number(port), hostname, () => socket.write('THIS IS NOT HTTP\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect((await server.request('/health', { key: null })).status).toBe(200);
  });

  it('S1-04 takes a good correlation id, replaces a bad one, and logs it', async () => {
    const good = await server.request('/health', { headers: { 'x-correlation-id': 'abc-1.2_3' } });
    expect(good.headers.get('x-correlation-id')).toBe('abc-1.2_3');
    const bad = await server.request('/api/v1/analytics/summary', { headers: { 'x-correlation-id': 'has blanks' } });
    expect(bad.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(server.log).toContain(bad.headers.get('x-correlation-id') as string);
  });

  it('never answers 5xx, whatever JSON comes', async () => {
    const paths = ['/api/v1/predict', '/api/v1/batch', '/api/v1/predictions', '/predict', '/batch'];
    const near = fc.record(
      {
        text: fc.oneof(fc.string(), fc.jsonValue()),
        texts: fc.oneof(fc.array(fc.string(), { maxLength: 5 }), fc.jsonValue()),
        model: fc.oneof(fc.string(), fc.jsonValue()),
        model_version: fc.oneof(fc.string(), fc.constant('v')),
        label: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('l')),
        confidence: fc.oneof(fc.double(), fc.constant(0.5)),
        timestamp: fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        metadata: fc.jsonValue(),
        user_id: fc.oneof(fc.string(), fc.constant(null)),
        scores: fc.dictionary(fc.string(), fc.double()),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(near, fc.jsonValue()), async (path, body) => {
        const answer = await server.request(path, { raw: JSON.stringify(body) });
        expect([200, 201, 400, 422]).toContain(answer.status);
      }),
      { numRuns: 150, seed: 20_261_122 },
    );
  });
});
