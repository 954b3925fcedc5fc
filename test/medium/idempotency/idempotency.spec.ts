import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { reportChaos } from '../support/chaos-report.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { type DatabaseBehindProxy, databaseBehindProxy, ENVIRONMENT_KEY as KEY, until } from '../support/outage.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

interface Predicted {
  id: string;
  persisted: string;
  feedback_token: string;
}

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };

function send<T = Predicted>(
  server: ServerProcess,
  path: string,
  idempotencyKey: string,
  body: unknown,
  key?: string,
): Promise<Answer<T>> {
  return server.request<T>(path, {
    body,
    headers: { 'idempotency-key': idempotencyKey },
    ...(key === undefined ? {} : { key }),
  });
}

const isReplayed = ({ headers }: Answer<unknown>): boolean => headers.get('idempotent-replayed') === 'true';

describe.each(DIALECTS)('Idempotency-Key on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, { FL_API_KEYS: `${KEY}:predict+read+ingest` });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const count = async (table = 'predictions'): Promise<number> =>
    Number((await database.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]!.n);

  it.each([
    ['/api/v1/predict', { text: 'Once is enough.' }, 1],
    ['/predict', { text: 'Once is enough, on the older path.' }, 1],
    ['/api/v1/batch', { texts: ['one', 'two', 'three'] }, 3],
    ['/api/v1/predictions', LOGGED, 1],
  ])('answers %s again as the first time, and records once', async (path, body, rows) => {
    const before = await count();
    const key = `repeat ${path}`;
    const first = await send(server, path, key, body);
    const second = await send(server, path, key, body);
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect([isReplayed(first), isReplayed(second)]).toEqual([false, true]);
    expect(await count()).toBe(before + rows);
  });

  it('remembers over a restart, and keeps the answer encrypted', async () => {
    const first = await send(server, '/api/v1/predict', 'over-a-restart', { text: 'a canary-91d2 sings' });
    await server.stop('SIGKILL');
    server = await ServerProcess.start(database, { FL_API_KEYS: `${KEY}:predict+read+ingest` });
    const second = await send(server, '/api/v1/predict', 'over-a-restart', { text: 'a canary-91d2 sings' });
    expect([isReplayed(second), second.text]).toEqual([true, first.text]);
    const kept = await database.query<{ answer: string }>('SELECT answer FROM idempotency_keys');
    expect(kept.every(({ answer }) => answer.startsWith('v1.') && !answer.includes(first.body.id))).toBe(true);
  });

  it('refuses the key for another body or another operation', async () => {
    const first = await send(server, '/api/v1/predict', 'mine', { text: 'first' });
    for (const [path, body] of [
      ['/api/v1/predict', { text: 'second' }],
      ['/api/v1/batch', { texts: ['first'] }],
    ] as const) {
      const other = await send(server, path, 'mine', body);
      expect([other.status, other.text]).toEqual([422, expect.stringContaining('idempotency_key_reused')]);
      expect(other.text).toContain('Idempotency-Key');
    }
    const again = await send(server, '/api/v1/predict', 'mine', { text: 'first' });
    expect(again.body.id).toBe(first.body.id);
  });

  it('refuses it also when only the database knows the key', async () => {
    await send(server, '/api/v1/predict', 'known to the database', { text: 'first' });
    await server.stop();
    server = await ServerProcess.start(database, { FL_API_KEYS: `${KEY}:predict+read+ingest` });
    const other = await send(server, '/api/v1/predict', 'known to the database', { text: 'second' });
    expect([other.status, other.text]).toEqual([422, expect.stringContaining('idempotency_key_reused')]);
  });

  it('keeps no answer that recorded nothing: a mended request may use the key', async () => {
    const bad = await send(server, '/api/v1/predict', 'mended', { text: '' });
    const good = await send(server, '/api/v1/predict', 'mended', { text: 'better' });
    expect([bad.status, good.status, isReplayed(good)]).toEqual([422, 200, false]);
  });

  it.each(['', 'x'.repeat(256), 'tab\tinside'])('names the header when the key is %j', async (key) => {
    const answer = await send(server, '/api/v1/predict', key, { text: 'x' });
    expect([answer.status, answer.text.includes('Idempotency-Key')]).toEqual([422, true]);
  });

  it('C19 makes one record of 50 twins at once: one is served, the others wait their turn or get its answer', async () => {
    const before = await count();
    const twins = await Promise.all(
      Array.from({ length: 50 }, () => send(server, '/api/v1/predictions', 'fifty twins', LOGGED)),
    );
    const statuses = new Set(twins.map(({ status }) => status));
    expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true);
    for (const twin of twins.filter(({ status }) => status === 409)) expect(twin.headers.get('retry-after')).toBe('1');
    expect(new Set(twins.filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

  it('keeps no refusal of a chosen id, and compares the body before the id', async () => {
    const id = `${Date.now()
      .toString(16)
      .padStart(12, '0')
      .replace(/^(.{8})/, '$1-')}-7abc-8def-0123456789ab`;
    const post = (key: string, body: object): Promise<Answer<Predicted>> =>
      send(server, '/api/v1/predictions', key, body);
    expect((await server.request('/api/v1/predictions', { body: { ...LOGGED, id } })).status).toBe(201);
    for (let i = 0; i < 2; i++) expect((await post('chosen', { ...LOGGED, id, label: 'stolen' })).status).toBe(409);
    expect((await post('chosen', { ...LOGGED, label: 'mended' })).status).toBe(201);
    expect((await post('same id', { ...LOGGED, id })).status).toBe(201);
    await server.stop();
    server = await ServerProcess.start(database, { FL_API_KEYS: `${KEY}:predict+read+ingest` });
    expect((await post('same id', { ...LOGGED, id, metadata: { other: true } })).status).toBe(422);
    expect((await post('same id', { ...LOGGED, id })).status).toBe(201);
  });

  it('belongs to one tenant: the same key of another is another', async () => {
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: 'other', name: 'Other' },
    });
    const mine = await send(server, '/api/v1/predict', 'per tenant', { text: 'x' });
    const theirs = await send(server, '/api/v1/predict', 'per tenant', { text: 'x' }, tenant.body.admin_key);
    expect([theirs.status, isReplayed(theirs), theirs.body.id === mine.body.id]).toEqual([200, false, false]);
  });

  it('ignores the key on NDJSON, whose lines have ids of their own', async () => {
    const answer = await server.request('/api/v1/predictions', {
      raw: JSON.stringify(LOGGED),
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'fifty twins' },
    });
    expect(JSON.parse(answer.text.trim())).toEqual({ accepted: 1, spooled: 0, refused: 0 });
  });
});

describe('Idempotency-Key on two replicas', () => {
  let there: DatabaseBehindProxy;
  let replicas: ServerProcess[];
  const environments: Record<string, string>[] = [];

  beforeAll(async () => {
    there = await databaseBehindProxy('predict+read+read:text+ingest');
    replicas = [];
    for (let i = 0; i < 2; i++) {
      environments.push({
        ...there.environment,
        FL_DATA_DIR: mkdtempSync(join(there.database.folder, `replica-${i}-`)),
        FL_SECRET_KEY: 'the-same-secret-on-every-replica-0001',
        FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      });
      replicas.push(await ServerProcess.start(there.database, environments[i]));
    }
  });
  afterAll(async () => {
    for (const replica of replicas ?? []) await replica.stop();
    await there?.drop();
  });

  const rows = (label: string): Promise<{ id: string }[]> =>
    there.database.query<{ id: string }>('SELECT id FROM predictions WHERE label = $1', [label]);
  const spooled = async (): Promise<number> => {
    const texts = await Promise.all(replicas.map((replica) => replica.request('/metrics', { key: KEY })));
    return texts.reduce((sum, { text }) => sum + Number(/^spool_rows (\d+)/m.exec(text)?.[1]), 0);
  };
  const twins = (key: string, label: string): Promise<Answer<Predicted>[]> =>
    Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        send(replicas[i % 2]!, '/api/v1/predictions', key, { ...LOGGED, label }, KEY),
      ),
    );

  it('C19 50 twins make one row, and every 2xx names it', async () => {
    const answers = await twins('shared', 'twins-healthy');
    const stored = await rows('twins-healthy');
    expect(stored).toHaveLength(1);
    for (const { body, status } of answers) {
      expect([201, 409]).toContain(status);
      if (status === 201) expect(body.id).toBe(stored[0]!.id);
    }
  });

  it('C19 in an outage both acknowledge, converge on one row, and both ids lead to it', async () => {
    there.proxy.set('refuse');
    await until(async () => (await replicas[0]!.request('/health', { key: null })).body.status === 'degraded');
    await until(async () => (await replicas[1]!.request('/health', { key: null })).body.status === 'degraded');
    const answers = await twins('outage', 'twins-outage');
    const accepted = answers.filter(({ status }) => status === 202);
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    const ids = [...new Set(accepted.map(({ body }) => body.id))];
    expect(ids).toHaveLength(2);

    // Another body with the same key: refused where the key is known.
    const other = await send(replicas[0]!, '/api/v1/predictions', 'outage', { ...LOGGED, label: 'other' }, KEY);
    expect(other.status).toBe(422);
    // The answer outlives a crash in the outage.
    await replicas[0]!.stop('SIGKILL');
    replicas[0] = await ServerProcess.start(there.database, environments[0]);
    const again = await send(replicas[0], '/api/v1/predictions', 'outage', { ...LOGGED, label: 'twins-outage' }, KEY);
    expect([again.status, isReplayed(again), ids.includes(again.body.id)]).toEqual([202, true, true]);

    there.proxy.set('pass');
    await until(async () => (await spooled()) === 0);
    const stored = await rows('twins-outage');
    expect(stored).toHaveLength(1);
    for (const id of ids) {
      const found = await replicas[1]!.request<{ id: string }>(`/api/v1/predictions/${id}`, { key: KEY });
      expect([found.status, found.body.id]).toEqual([200, stored[0]!.id]);
    }
    reportChaos('C19', '50 twins of one key on two replicas, in an outage', {
      acknowledged: accepted.length,
      asked_to_wait: answers.length - accepted.length,
      rows: stored.length,
      ids_that_lead_to_it: ids.length,
    });
    const after = await send(replicas[1]!, '/api/v1/predictions', 'outage', { ...LOGGED, label: 'twins-outage' }, KEY);
    expect([after.status, isReplayed(after)]).toEqual([202, true]);
  });

  it('sets a replay aside whose key turns out to stand for another body', async () => {
    there.proxy.set('refuse');
    for (const replica of replicas)
      await until(async () => (await replica.request('/health', { key: null })).body.status === 'degraded');
    const bodies = ['first-body', 'second-body'].map((label) => ({ ...LOGGED, label }));
    for (const [i, body] of bodies.entries())
      expect((await send(replicas[i]!, '/api/v1/predictions', 'two bodies', body, KEY)).status).toBe(202);
    there.proxy.set('pass');
    await until(async () => (await spooled()) === 0);
    expect((await rows('first-body')).length + (await rows('second-body')).length).toBe(1);
    const letters = await Promise.all(replicas.map((replica) => replica.request('/metrics', { key: KEY })));
    const dead = letters.map(({ text }) => Number(/^spool_dead_letter_rows (\d+)/m.exec(text)?.[1]));
    expect(dead.sort()).toEqual([0, 1]);
  });

  it('a chosen id that is another record is never acknowledged as stored: single, NDJSON, spooled', async () => {
    const id = (at: number): string => {
      const hex = at.toString(16).padStart(12, '0');
      return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`;
    };
    const mine = { ...LOGGED, id: id(Date.now()), label: 'chosen' };
    const server = replicas[0]!;
    const one = (body: object): Promise<Answer<Predicted>> =>
      server.request<Predicted>('/api/v1/predictions', { key: KEY, body });
    const lines = (...bodies: object[]): Promise<Answer<Predicted>> =>
      server.request<Predicted>('/api/v1/predictions', {
        key: KEY,
        raw: bodies.map((body) => JSON.stringify(body)).join('\n'),
        headers: { 'content-type': 'application/x-ndjson' },
      });
    const last = ({ text }: Answer<unknown>): unknown => JSON.parse(text.trim().split('\n').at(-1)!);
    expect((await one(mine)).status).toBe(201);
    expect((await one(mine)).status).toBe(201);
    expect((await one({ ...mine, label: 'stolen' })).status).toBe(409);
    const fresh = { ...LOGGED, id: id(Date.now() - 1000), label: 'fresh' };
    const answer = await lines({ ...mine, label: 'stolen' }, fresh, mine, { ...fresh, label: 'twice' });
    expect(last(answer)).toEqual({ accepted: 2, spooled: 0, refused: 2 });
    expect(answer.text).toContain('id_taken');

    there.proxy.set('refuse');
    await until(async () => (await server.request('/health', { key: null })).body.status === 'degraded');
    const waiting = { ...LOGGED, id: id(Date.now() - 2000), label: 'waiting' };
    expect((await one(waiting)).status).toBe(202);
    expect((await one({ ...waiting, label: 'stolen' })).status).toBe(409);
    for (let i = 0; i < 2; i++) {
      const keyed = await send(server, '/api/v1/predictions', 'taken', { ...waiting, label: 'stolen' }, KEY);
      expect(keyed.status).toBe(409);
    }
    // What is in the database cannot be known now: it is accepted, and found out when it is replayed.
    expect((await one({ ...mine, label: 'stolen later' })).status).toBe(202);
    there.proxy.set('pass');
    await until(async () => (await spooled()) === 0);
    expect(await rows('waiting')).toHaveLength(1);
    expect(await rows('stolen later')).toHaveLength(0);
    const dead = Number(
      /^spool_dead_letter_rows (\d+)/m.exec((await server.request('/metrics', { key: KEY })).text)?.[1],
    );
    expect(dead).toBeGreaterThanOrEqual(1);
  });
});
