import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

interface Refusal {
  code: string;
  detail: string;
  errors: { path: string; message: string }[];
}
const NDJSON = 'application/x-ndjson';

onBothDatabasesInProcess('refusals', ({ admin, server }) => {
  const errorsOf = async (path: string, body?: unknown): Promise<Record<string, string>> => {
    const answer = await server.request<Refusal>(path, { body });
    expect({ path, status: answer.status }).toEqual({ path, status: 422 });
    return Object.fromEntries(answer.body.errors.map((error) => [error.path, error.message]));
  };

  it('names every invalid parameter at once', async () => {
    expect(await errorsOf('/api/v1/predictions?from=yesterday&limit=0&min_confidence=abc&colour=red')).toEqual({
      from: 'must be an ISO 8601 time such as 2026-01-31T00:00:00Z',
      limit: 'must be at least 1',
      min_confidence: 'must be a number',
      colour: 'is not a known field',
    });
    expect(await errorsOf('/api/v1/predictions?from=2026-02-01&to=2026-01-01&limit=x')).toEqual({
      from: 'must not be after "to"',
      limit: 'must be a whole number',
    });
  });

  it.each([
    ['/api/v1/predictions?limit=1001', 'limit', 'must be at most 1000'],
    ['/api/v1/predictions?limit=1.0', 'limit', 'must be a whole number'],
    ['/api/v1/predictions?label=', 'label', 'must not be empty'],
    [`/api/v1/predictions?label=${'x'.repeat(65)}`, 'label', 'must have at most 64 characters'],
    ['/api/v1/predictions?cache_hit=yes', 'cache_hit', 'must be true or false'],
    ['/api/v1/predictions/export?format=xls', 'format', 'must be one of csv, jsonl, parquet'],
    [
      '/api/v1/metrics?data.hits%3E5',
      'data.hits>5',
      'must be data.<path>=<value>: other comparisons are not supported',
    ],
  ])('words the refusal of %s as that of a body', async (path, field, message) => {
    expect(await errorsOf(path)).toEqual({ [field]: message });
  });

  it('words the refusal of a body as that of a parameter', async () => {
    const prediction = { model: '', model_version: 7, label: 'x'.repeat(65), confidence: 2, user_id: 5 };
    expect(await errorsOf('/api/v1/predictions', prediction)).toEqual({
      model: 'must not be empty',
      model_version: 'must be a string',
      label: 'must have at most 64 characters',
      confidence: 'must be at most 1',
      user_id: 'must be a string or null',
    });
  });

  it('tells who sends a list how to send several records', async () => {
    const message = 'must be an object: send several as application/x-ndjson, one on each line';
    expect(await errorsOf('/api/v1/predictions', [{ model: 'm' }])).toEqual({ '': message });
    expect(await errorsOf('/api/v1/labels', [])).toEqual({ '': message });
  });

  it.each([
    ['/api/v1/predictions', ['application/json', NDJSON]],
    ['/api/v1/feedback', ['application/json', 'multipart/form-data']],
    ['/api/v1/predict', ['application/json']],
  ])('names the content types that %s accepts', async (path, types) => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await server.request<Refusal>(path, { method: 'POST', headers, raw: 'a' });
    expect({ status: answer.status, accept: answer.headers.get('accept') }).toEqual({
      status: 415,
      accept: types.join(', '),
    });
    expect(answer.body.detail).toBe(`This path does not accept text/plain: send ${types.join(' or ')}.`);
  });

  it('blames the encoding of a compressed body, not its type', async () => {
    const headers = { 'content-type': NDJSON, 'content-encoding': 'gzip' };
    const answer = await server.request<Refusal>('/api/v1/predictions', {
      method: 'POST',
      headers,
      raw: gzipSync('{}\n'),
    });
    expect({ status: answer.status, encoding: answer.headers.get('accept-encoding') }).toEqual({
      status: 415,
      encoding: 'identity',
    });
    expect(answer.body.detail).toBe(
      'The server does not read bodies with Content-Encoding gzip: send it uncompressed.',
    );
  });

  it.each([NDJSON, 'multipart/form-data; boundary=x', 'text/plain'])(
    'refuses a method with 405, whatever content type it carries: %s',
    async (type) => {
      const headers = { 'content-type': type };
      const answer = await server.request<Refusal>('/api/v1/predictions', { method: 'PUT', headers, raw: '{}\n' });
      expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
        status: 405,
        allow: 'GET, HEAD, POST',
      });
      expect((await server.request('/nowhere', { method: 'PUT', headers, raw: '{}\n' })).status).toBe(404);
    },
  );

  it('gives each limit of a publishable key a name of its own', async () => {
    const made = await admin.keys.create({
      name: 'page',
      scopes: ['ingest'],
      publishable: true,
      allowed_origins: ['https://a.example'],
    });
    const answer = await server.request('/api/v1/feedback', {
      method: 'POST',
      key: made.body.key,
      headers: { origin: 'https://a.example' },
      body: { session_id: randomBytes(8).toString('hex') },
    });
    const names = [...(answer.headers.get('ratelimit') ?? '').matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['minute', 'address-minute', 'address-hour']);
  });
});
