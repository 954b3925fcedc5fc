import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

const BODY = {
  session_id: 's-1',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://app.example.com/report',
  timestamp: '2026-11-22T09:30:00Z',
};

describe.each(DIALECTS)('hostile bodies of feedback on %s', (dialect) => {
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

  const submit = (body: object): Promise<Answer> => server.request('/api/v1/feedback', { body });
  const form = async (fields: Record<string, string>): Promise<Answer> => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    const response = await fetch(`${server.address}/api/v1/feedback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminKey}` },
      body: data,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as Record<string, unknown>,
    };
  };

  it('a form that breaks off, or has a part without a name, ends nobody but itself', async () => {
    const send = (raw: string, headers: Record<string, string> = {}): Promise<Answer> =>
      server.request('/api/v1/feedback', {
        raw,
        key: null,
        headers: { 'content-type': 'multipart/form-data; boundary=b', 'x-feedback-token': 'made-up', ...headers },
      });
    const part = (name: string, value: string): string =>
      `--b\r\nContent-Disposition: form-data${name}\r\n\r\n${value}\r\n`;
    const file =
      '--b\r\nContent-Disposition: form-data; name="screenshot"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nhalf of a';
    // A token that proves nothing is told so before a byte of a file is kept.
    expect((await send(part('; name="session_id"', 's') + file)).status).toBe(401);
    const authorized = { authorization: `Bearer ${server.adminKey}` };
    expect((await send(part('; name="session_id"', 's') + file, authorized)).status).toBe(400);
    expect((await send(`${part('', 'x')}--b--\r\n`, authorized)).status).toBe(400);
    expect((await send(`${part('; filename="a.png"', 'x')}--b--\r\n`, authorized)).status).toBe(400);
    expect((await server.request('/health', { key: null })).status).toBe(200);
  });

  it('guards JSON in the fields of a form like a body', async () => {
    for (const [value, status] of [
      ['{"a":"\\u0000"}', 422],
      ['["\\ud800"]', 422],
      ['{"__proto__":{"a":1}}', 422],
      ['[1e999]', 422],
      [`${'['.repeat(5000)}${']'.repeat(5000)}`, 422],
      ['{"a":', 201],
      ['plain words', 201],
    ] as const) {
      const sent = await form({ ...BODY, annotation_coords: value, api_state: value });
      expect([value.slice(0, 20), sent.status, sent.status === 201 || sent.text.includes('annotation_coords')]).toEqual(
        [value.slice(0, 20), status, true],
      );
    }
  });

  it('counts characters as people do, and values before it makes them', async () => {
    expect((await submit({ ...BODY, timestamp: `a${'😀'.repeat(99)}` })).status).toBe(201);
    const many = await server.request('/api/v1/feedback', { raw: `[${'{},'.repeat(1_000_000)}{}]` });
    expect([many.status, many.body.code]).toEqual([400, 'too_many_values']);
    const deep = await server.request('/api/v1/feedback', { raw: `${'['.repeat(100_000)}${']'.repeat(100_000)}` });
    expect([deep.status, deep.body.code]).toEqual([400, 'too_deep']);
    const quoted = await submit({ ...BODY, description: `${'[{,"\\'.repeat(1900)}` });
    expect(quoted.status).toBe(201);
  });

  it('refuses forms that are none', async () => {
    const send = (raw: string, type: string): Promise<Answer> =>
      server.request('/api/v1/feedback', { raw, headers: { 'content-type': type } });
    expect((await send('x', 'multipart/form-data')).status).toBe(400);
    expect((await send('no end', 'multipart/form-data; boundary=b')).status).toBe(400);
    const nul = '--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\na\0b\r\n--b--\r\n';
    expect((await send(nul, 'multipart/form-data; boundary=b')).status).toBe(400);
    const twice = '--b\r\nContent-Disposition: form-data; name="url"\r\n\r\na\r\n'.repeat(2);
    expect((await send(`${twice}--b--\r\n`, 'multipart/form-data; boundary=b')).status).toBe(422);
    expect(
      (
        await server.request('/api/v1/predict', {
          raw: nul,
          headers: { 'content-type': 'multipart/form-data; boundary=b' },
        })
      ).status,
    ).toBe(415);
  });
});
