import { expectProblem } from '../../support/expectations.js';
import type { RequestOptions } from '../../support/http.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';

const PREDICTION = '/api/v1/predictions/00000000-0000-7000-8000-000000000001';
const TOO_LARGE = 'x'.repeat(6_000_000);
const typed = (raw: string, headers: Record<string, string>): RequestOptions => ({ raw, headers });

onBothDatabasesInProcess('problems', ({ server }) => {
  // S1-03
  it.each<[name: string, path: string, options: RequestOptions, status: number, field: string | undefined]>([
    ['a path that does not exist', '/nothing/here', {}, 404, undefined],
    ['a record that does not exist', PREDICTION, {}, 404, undefined],
    ['a method that the path does not have', PREDICTION, { method: 'DELETE' }, 405, undefined],
    [
      'a form',
      '/api/v1/predict',
      typed('text=a', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      undefined,
    ],
    ['plain text', '/api/v1/predict', typed('a', { 'content-type': 'text/plain' }), 415, undefined],
    ['a compressed body', '/api/v1/predict', typed('{"text":"a"}', { 'content-encoding': 'gzip' }), 415, undefined],
    ['a body that is too large', '/api/v1/predict', { raw: `{"text":"${TOO_LARGE}"}` }, 413, undefined],
    ['a path that cannot be decoded', '/%zz', {}, 400, undefined],
    ['a NUL in a parameter', '/api/v1/predictions?label=a%00b', {}, 400, 'label'],
  ])('are the responses to errors of the framework: %s', async (_, url, options, status, path) => {
    expectProblem(await server.request(url, options), { status, path });
  });

  it.each(['/%zz', '/nothing/here', '/health/liveness'])(
    'carry the correlation id that was sent to %s',
    async (url) => {
      const answer = await server.request(url, { headers: { 'x-correlation-id': 'sent-1' } });
      expect(answer.headers.get('x-correlation-id')).toBe('sent-1');
    },
  );

  // S1-03
  it('name the methods that a path has', async () => {
    const answer = await server.request('/api/v1/predict');
    expectProblem(answer, { status: 405 });
    expect(answer.headers.get('allow')).toContain('POST');
  });

  it.each(['/api/v1/predict', '/api/v1/batch', '/predict', '/batch'])(
    'are the response of %s to NDJSON, and do not list fields of Node.js',
    async (path) => {
      const answer = await server.request(path, typed('{"text":"a"}', { 'content-type': 'application/x-ndjson' }));
      expect(answer).toMatchObject({ status: 415, text: expect.not.stringContaining('socket') });
    },
  );

  it.each([
    ['an unfinished object', '{', 400],
    ['an unfinished list', '[', 400],
    ['too many bytes', TOO_LARGE, 413],
  ])('tell a caller without a key nothing about %s, and count the attempt', async (_, raw, status) => {
    const stranger = await server.request('/api/v1/labels', { key: null, raw });
    expect({ status: stranger.status, counted: stranger.headers.has('ratelimit') }).toEqual({
      status: 401,
      counted: true,
    });
    expect(await server.request('/api/v1/labels', { raw })).toMatchObject({ status });
  });

  it('are not the response to a GET that has a content encoding and no body', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect(await server.request('/health', { key: null, headers })).toMatchObject({ status: 200 });
  });
});

onBothDatabasesInProcess('a correlation id', ({ server }) => {
  const idOf = async (path: string, sent: string): Promise<string | null> =>
    (await server.request(path, { headers: { 'x-correlation-id': sent } })).headers.get('x-correlation-id');

  // S1-04
  it('is the one of the request', async () => {
    expect(await idOf('/health', 'abc-1.2_3')).toBe('abc-1.2_3');
  });

  // S1-04
  it('is a new one if that of the request is invalid, and is in the log', async () => {
    const id = await idOf('/api/v1/analytics/summary', 'has blanks');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    await until(async () => server.log.includes(id as string));
  });

  it('leads from a mistyped address to it in the log, without the ids at its end', async () => {
    const id = await idOf('/api/v1/subjets/anna@example.com?key=secret', 'mistyped');
    await until(async () => server.log.includes('"mistyped"'));
    const line = server.log.split('\n').find((each) => each.includes(`"${id}"`));
    expect(JSON.parse(line as string)).toMatchObject({ route: 'none', path: '/api/v1/subjets/…', status: 404 });
  });
});
