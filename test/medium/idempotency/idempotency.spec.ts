import { FeedbackTokens } from '#security';
import { linesOf } from '../../support/api/caller.js';
import { ndjson } from '../../support/api/payloads.js';
import { newId } from '../../support/ids.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
const REPLAYED = { 'idempotent-replayed': 'true' };
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });

onBothDatabasesInProcess('an Idempotency-Key', ({ admin, api, database, restart, server }) => {
  const count = async () =>
    Number((await database.query<{ n: number }>('SELECT COUNT(*) AS n FROM predictions'))[0]!.n);

  it.each([
    ['/api/v1/predict', { text: 'Once is enough.' }, 1],
    ['/predict', { text: 'Once is enough, on the legacy path.' }, 1],
    ['/api/v1/batch', { texts: ['one', 'two', 'three'] }, 3],
    ['/api/v1/predictions', LOGGED, 1],
  ])('makes %s respond again as the first time, and record once', async (path, body, rows) => {
    const before = await count();
    const send = () => server.request(path, { body, ...keyed(`repeat ${path}`) });
    const first = await send();
    const second = await send();
    expect(second).toMatchObject({ status: first.status, text: first.text });
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await count()).toBe(before + rows);
  });

  it('is refused for another body or another operation', async () => {
    const first = await api.predict({ text: 'first' }, keyed('mine'));
    const reused = {
      status: 422,
      body: { code: 'idempotency_key_reused' },
      text: expect.stringContaining('Idempotency-Key'),
    };
    expect(await api.predict({ text: 'second' }, keyed('mine'))).toMatchObject(reused);
    expect(await api.batch({ texts: ['first'] }, keyed('mine'))).toMatchObject(reused);
    expect(await api.predict({ text: 'first' }, keyed('mine'))).toMatchObject({ body: { id: first.body.id } });
  });

  it('may be used again after a response that recorded nothing', async () => {
    expect(await api.predict({ text: '' }, keyed('fixed'))).toMatchObject({ status: 422 });
    const good = await api.predict({ text: 'better' }, keyed('fixed'));
    expect(good.status).toBe(200);
    expect(good.headers).not.toHaveProperty('idempotent-replayed');
  });

  it.each([
    ['empty', ''],
    ['256 characters', 'x'.repeat(256)],
    ['a tab', 'tab\tinside'],
  ])('is refused by name when it is %s', async (_, key) => {
    expect(await api.predict({ text: 'x' }, keyed(key))).toMatchObject({
      status: 422,
      text: expect.stringContaining('Idempotency-Key'),
    });
  });

  it('makes one record of 50 equal requests at the same time: the others wait or repeat the response', async () => {
    const before = await count();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api.predictions.log(LOGGED, keyed('fifty twins'))),
    );
    for (const { headers, status } of answers)
      if (status !== 201) expect({ status, ...headers }).toMatchObject({ status: 409, 'retry-after': '1' });
    const created = answers.filter(({ status }) => status === 201);
    expect(new Set(created.map(({ body }) => body.id)).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

  it('keeps no refusal of a chosen id', async () => {
    const id = newId();
    expect(await api.predictions.log({ ...LOGGED, id })).toMatchObject({ status: 201 });
    for (let i = 0; i < 2; i++)
      expect(await api.predictions.log({ ...LOGGED, id, label: 'stolen' }, keyed('chosen'))).toMatchObject({
        status: 409,
      });
    expect(await api.predictions.log({ ...LOGGED, label: 'fixed' }, keyed('chosen'))).toMatchObject({ status: 201 });
  });

  it('belongs to one tenant', async () => {
    const tenant = await admin.tenants.create({ slug: 'other', name: 'Other' });
    const mine = await api.predict({ text: 'x' }, keyed('per tenant'));
    const theirs = await api.as(tenant.body.admin_key).predict({ text: 'x' }, keyed('per tenant'));
    expect(theirs.status).toBe(200);
    expect(theirs.headers).not.toHaveProperty('idempotent-replayed');
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it.each([
    ['webhook', '/admin/api/webhooks', { url: 'https://93.184.216.34/hook', events: ['feedback.created'] }],
    ['training set', '/admin/api/training-sets', { name: 'once' }],
  ])('makes one %s of a repeated request', async (name, path, body) => {
    const { id } = (await api.predictions.log({ ...LOGGED, input_text: 'a text' })).body;
    await api.labels.create({ prediction_id: id, label: 'x', source: 'system' });
    const send = (key: string) => server.request<{ id: string }>(path, { body, ...keyed(`${key} ${name}`) });
    const first = await send('k1');
    const second = await send('k1');
    const other = await send('k2');
    expect([first, second, other]).toMatchObject(Array(3).fill({ status: 201 }));
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(other.body.id).not.toBe(first.body.id);
  });

  it('is ignored with NDJSON, whose lines have their own ids', async () => {
    const answer = await api.predictions.log(ndjson([LOGGED]), keyed('fifty twins'));
    expect(linesOf(answer)).toEqual([{ accepted: 1, spooled: 0, refused: 0 }]);
  });

  describe('that only the database knows', () => {
    const id = newId();
    const text = { text: 'a canary-91d2 sings' };
    let first: Awaited<ReturnType<typeof api.predict>>;
    beforeAll(async () => {
      // As if each token was issued in another second.
      let second = 0;
      const issue = jest.spyOn(server.app.get(FeedbackTokens), 'issue').mockImplementation(() => `${second++}`);
      first = await api.predict(text, keyed('over a restart'));
      issue.mockRestore();
      expect(first.status).toBe(200);
      await api.predictions.log({ ...LOGGED, id });
      expect(await api.predictions.log({ ...LOGGED, id }, keyed('same id'))).toMatchObject({ status: 201 });
      await restart();
    });

    it('still repeats the response', async () => {
      expect(await api.predict(text, keyed('over a restart'))).toMatchObject({
        headers: REPLAYED,
        text: first.text,
      });
    });

    it('is refused for another body', async () => {
      expect(await api.predict({ text: 'second' }, keyed('over a restart'))).toMatchObject({
        status: 422,
        body: { code: 'idempotency_key_reused' },
      });
    });

    it('compares the body before a chosen id', async () => {
      const other = await api.predictions.log({ ...LOGGED, id, metadata: { other: true } }, keyed('same id'));
      expect(other).toMatchObject({ status: 422 });
      expect(await api.predictions.log({ ...LOGGED, id }, keyed('same id'))).toMatchObject({ status: 201 });
    });

    it('keeps the response encrypted', async () => {
      const kept = await database.query<{ answer: string }>('SELECT answer FROM idempotency_keys');
      expect(kept.length).toBeGreaterThan(0);
      for (const { answer } of kept) {
        expect(answer.startsWith('v1.')).toBe(true);
        expect(answer).not.toContain(first.body.id);
      }
    });
  });
});
