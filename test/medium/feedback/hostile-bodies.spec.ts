import { form } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const BODY = {
  session_id: 's-1',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://app.example.com/report',
  timestamp: '2026-11-22T09:30:00Z',
};
const FORM = 'multipart/form-data; boundary=b';
const FILE =
  '--b\r\nContent-Disposition: form-data; name="screenshot"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nhalf of a';
const part = (name: string, value: string): string =>
  `--b\r\nContent-Disposition: form-data${name}\r\n\r\n${value}\r\n`;

onBothDatabasesInProcess('hostile bodies of feedback', ({ api, server }) => {
  const send = (raw: string, type = FORM) =>
    server.request('/api/v1/feedback', { raw, headers: { 'content-type': type } });

  it('refuses a form with an unknown feedback token before it keeps a byte of a file', async () => {
    const refused = await server.request('/api/v1/feedback', {
      raw: part('; name="session_id"', 's') + FILE,
      key: null,
      headers: { 'content-type': FORM, 'x-feedback-token': 'made-up' },
    });
    expect(refused.status).toBe(401);
  });

  it.each([
    ['that breaks off', part('; name="session_id"', 's') + FILE],
    ['with a part without a name', `${part('', 'x')}--b--\r\n`],
    ['with a file without a name', `${part('; filename="a.png"', 'x')}--b--\r\n`],
    ['without an end', 'no end'],
    ['with a NUL in a field', `${part('; name="session_id"', 'a\0b')}--b--\r\n`],
  ])('refuses a form %s, and stays healthy', async (_, raw) => {
    expect(await send(raw)).toMatchObject({ status: 400 });
    expect(await api.health()).toMatchObject({ status: 200 });
  });

  it('refuses a form without a boundary', async () => {
    expect(await send('x', 'multipart/form-data')).toMatchObject({ status: 400 });
  });

  it('refuses a form that has a field twice', async () => {
    expect(await send(`${part('; name="url"', 'a').repeat(2)}--b--\r\n`)).toMatchObject({ status: 422 });
  });

  it('refuses a form where only JSON is accepted', async () => {
    const raw = `${part('; name="session_id"', 'a\0b')}--b--\r\n`;
    const refused = await server.request('/api/v1/predict', { raw, headers: { 'content-type': FORM } });
    expect(refused.status).toBe(415);
  });

  it.each([
    ['a NUL', '{"a":"\\u0000"}'],
    ['half a character', '["\\ud800"]'],
    ['a prototype', '{"__proto__":{"a":1}}'],
    ['an infinite number', '[1e999]'],
    ['deep nesting', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('refuses %s in the JSON of a form field, as it does in a body', async (_, value) => {
    const sent = await api.feedback.create(form({ ...BODY, annotation_coords: value, api_state: value }));
    expect(sent).toMatchObject({ status: 422, text: expect.stringContaining('annotation_coords') });
  });

  it.each(['{"a":', 'plain words'])('accepts %s, which is not JSON, in a form field', async (value) => {
    const sent = await api.feedback.create(form({ ...BODY, annotation_coords: value, api_state: value }));
    expect(sent).toMatchObject({ status: 201 });
  });

  it('counts characters as people do', async () => {
    const sent = await api.feedback.create({ ...BODY, timestamp: `a${'😀'.repeat(99)}` });
    expect(sent).toMatchObject({ status: 201 });
  });

  it.each([
    ['a million values', 'too_many_values', `[${'{},'.repeat(1_000_000)}{}]`],
    ['100,000 levels', 'too_deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('refuses a body of %s before it creates them', async (_, code, raw) => {
    expect(await send(raw, 'application/json')).toMatchObject({ status: 400, body: { code } });
  });

  it('does not count brackets within a text', async () => {
    const sent = await api.feedback.create({ ...BODY, description: '[{,"\\'.repeat(1900) });
    expect(sent).toMatchObject({ status: 201 });
  });
});
