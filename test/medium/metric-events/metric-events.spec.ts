import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { addKey } from '../support/keys.js';
import { databaseBehindProxy, ENVIRONMENT_KEY, until } from '../support/outage.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

interface Event {
  id: string;
  type: string;
  timestamp: string;
  user_id: string | null;
  org_id: string | null;
  external_id: string | null;
  data: Record<string, unknown>;
  withheld?: string[];
}

interface Page {
  data: Event[];
  next_cursor: string | null;
}

const DAY = 86_400_000;
const PATH = '/api/v1/metrics';

describe.each(DIALECTS)('metric events on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, {
      FL_METRIC_EVENTS_SENSITIVE: 'email,user.name',
      FL_RETENTION_ENABLED: 'false',
    });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    server.request(PATH, { body, headers });
  const list = async (query: string, key?: string): Promise<Page> =>
    (await server.request<Page>(`${PATH}?${query}`, key ? { key } : {})).body;

  it('S0-39 S0-42 takes one event, a list, and the older body', async () => {
    const one = await post({ type: 'search', data: { query: 'shoes', hits: 12 }, user_id: 'u-1', org_id: 'o-1' });
    expect([one.status, one.body]).toEqual([201, { success: true, stored: 1, persisted: 'database' }]);
    const several = await post([
      { type: 'search', data: { query: 'socks', hits: 0, nested: { deep: true } }, timestamp: '2026-11-20T10:00:00Z' },
      { type: 'view', data: {} },
    ]);
    expect(several.body).toMatchObject({ stored: 2 });
    const older = await post({ user_id: 'u-2', latency: [{ ms: 5 }, { ms: 7 }], score: [0.5] });
    expect(older.body).toMatchObject({ success: true, stored: 3 });
    const mine = await post({ clicks: [{ n: 1 }] });
    expect(mine.status).toBe(201);
    const all = await list('limit=100');
    expect(all.data).toHaveLength(7);
    expect((await list('type=score')).data[0]).toMatchObject({ user_id: 'u-2', data: { value: 0.5 } });
    // Who sends them without saying for whom: the key says so.
    expect((await list('type=clicks')).data[0]!.user_id).toMatch(/\w{4,}/);
    const health = await server.request<{ database: { total_metrics: number } }>('/api/v1/health');
    expect(health.body.database.total_metrics).toBe(7);
  });

  it('S0-29 S0-F1 S0-28 lists by type, user, org, dates and values in the data, and gets one', async () => {
    expect((await list('type=search')).data).toHaveLength(2);
    expect((await list('user_id=u-1&org_id=o-1')).data).toHaveLength(1);
    expect((await list('from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z')).data).toHaveLength(1);
    expect((await list('data.query=shoes')).data).toHaveLength(1);
    expect((await list('data.hits=12&data.query=shoes')).data).toHaveLength(1);
    expect((await list('data.hits=13')).data).toHaveLength(0);
    expect((await list('data.nested.deep=true')).data).toHaveLength(1);
    const [found] = (await list('data.hits=0')).data;
    expect((await server.request(`${PATH}/${found!.id}`)).body).toEqual(found);
    expect((await server.request(`${PATH}/${found!.id.replace(/^./, 'f')}`)).status).toBe(404);
    const types = await server.request<{ data: { type: string; count: number }[] }>(`${PATH}/types`);
    expect(types.body.data.map(({ count, type }) => [type, count])).toEqual([
      ['latency', 2],
      ['search', 2],
      ['clicks', 1],
      ['score', 1],
      ['view', 1],
    ]);
    const stats = await server.request(`${PATH}/stats?type=search`);
    expect(stats.body).toMatchObject({ total: 2, types: 1, users: 1, orgs: 1 });
  });

  it('S0-25 changes an event that is sent again under its own name, whoever is quicker, and leaves its time', async () => {
    const timestamp = new Date(Date.now() - 40 * DAY).toISOString();
    await post({ type: 'order', data: { state: 'new' }, external_id: 'order-1', timestamp });
    await post({ type: 'order', data: { state: 'paid' }, external_id: 'order-1', user_id: 'u-9' });
    const { data } = await list('external_id=order-1');
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ data: { state: 'paid' }, user_id: 'u-9', timestamp });
    const twins = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        post(Array.from({ length: 5 }, (_, n) => ({ type: 't', data: { i }, external_id: `twin-${(i + n) % 7}` }))),
      ),
    );
    expect(new Set(twins.map(({ status }) => status))).toEqual(new Set([201]));
    for (let n = 0; n < 7; n++) expect((await list(`external_id=twin-${n}`)).data).toHaveLength(1);
    // In one body the last one counts.
    await post([
      { type: 't', data: { turn: 1 }, external_id: 'same' },
      { type: 't', data: { turn: 2 }, external_id: 'same' },
    ]);
    expect((await list('external_id=same')).data[0]!.data).toEqual({ turn: 2 });
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: 'b', name: 'B' },
    });
    const theirs = { type: 'order', data: { state: 'theirs' }, external_id: 'order-1' };
    await server.request(PATH, { body: theirs, key: tenant.body.admin_key });
    expect((await list('external_id=order-1')).data[0]!.data).toEqual({ state: 'paid' });
    expect((await list('external_id=order-1', tenant.body.admin_key)).data[0]!.data).toEqual({ state: 'theirs' });
  });

  it('S0-F3 keeps sensitive fields encrypted, and shows them to whoever may read texts', async () => {
    const canary = `canary-${dialect}-7d1f@example.com`;
    const event = {
      type: 'signup',
      data: { email: canary, user: { name: canary, age: 5 }, plan: 'pro' },
      external_id: 'e-1',
    };
    await post(event);
    await post({ ...event, data: { ...event.data, plan: 'free' } });
    expect((await list('type=signup')).data[0]!.data).toEqual({
      email: canary,
      user: { name: canary, age: 5 },
      plan: 'free',
    });
    const key = await addKey(database, { scopes: ['read'] });
    const [masked] = (await list('type=signup', key)).data;
    expect(masked).toMatchObject({ data: { user: { age: 5 }, plan: 'free' }, withheld: ['email', 'user.name'] });
    const rotated = await runCli(['encryption', 'status', '--json'], database.environment, database.folder);
    expect(rotated.stdout).toContain('metric_events');
    if (dialect === 'sqlite')
      for (const name of readdirSync(database.folder).filter((each) => statSync(join(database.folder, each)).isFile()))
        expect([name, readFileSync(join(database.folder, name)).includes(canary)]).toEqual([name, false]);
    else expect(JSON.stringify(await database.query('SELECT * FROM metric_events'))).not.toContain(canary);
  });

  it('S0-F7 S0-22 100,000 in, filtered, and out again, identical', async () => {
    const sent = Array.from({ length: 100_000 }, (_, i) => ({
      type: `bulk-${i % 4}`,
      data: { i, text: `Nummer ${i} – ¡hola! 🙂`, even: i % 2 === 0, list: [i, null] },
      user_id: `u-${i % 100}`,
      timestamp: new Date(Date.now() - 50 * DAY + i * 10).toISOString(),
    }));
    const answer = await server.request(PATH, {
      raw: sent.map((event) => JSON.stringify(event)).join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(JSON.parse(answer.text)).toEqual({ accepted: 100_000, spooled: 0, refused: 0 });
    const exported = await server.request(`${PATH}/export?format=jsonl&type=bulk-1`);
    const lines = exported.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    const wanted = sent.filter(({ type }) => type === 'bulk-1');
    expect(lines.map(({ data, timestamp, type, user_id }) => ({ type, data, user_id, timestamp }))).toEqual(wanted);
    const found = await list('type=bulk-2&user_id=u-2&data.i=20002');
    expect(found.data.map(({ data }) => data.i)).toEqual([20_002]);
    let cursor: string | null = null;
    const seen = new Set<string>();
    do {
      const page: Page = await list(`type=bulk-3&limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      for (const { id } of page.data) seen.add(id);
      cursor = page.next_cursor;
    } while (cursor);
    expect(seen.size).toBe(25_000);
    const csv = await server.request(`${PATH}/export?type=view`);
    expect(csv.text.split('\r\n')[0]).toBe(
      '"id","type","timestamp","user_id","org_id","external_id","data","accepted_at"',
    );
    const parquet = await server.request(`${PATH}/export?format=parquet&type=search`);
    expect(parquet.text.slice(0, 4)).toBe('PAR1');
  });

  it('S0-F2 go when they are past their time, with their names', async () => {
    const before = await list('external_id=order-1');
    expect(before.data).toHaveLength(1);
    const done = await runCli(
      ['retention', 'run', '--days', '30', '--kind', 'metrics', '--json'],
      database.environment,
      database.folder,
    );
    const deleted = (JSON.parse(done.stdout) as { deleted: number }[]).reduce((sum, each) => sum + each.deleted, 0);
    expect(deleted).toBe(100_001);
    const keys = await database.query<{ n: unknown }>(
      "SELECT COUNT(*) AS n FROM metric_event_keys WHERE external_id = 'order-1'",
    );
    expect(Number(keys[0]!.n)).toBe(1);
    expect((await list('external_id=order-1')).data).toHaveLength(0);
    // The name is free again.
    await post({ type: 'order', data: { state: 'again' }, external_id: 'order-1' });
    expect((await list('external_id=order-1')).data).toHaveLength(1);
  });

  it.each([
    ['nothing', {}, 'type'],
    ['no list', { clicks: 'many' }, 'clicks'],
    ['an empty list', [], ''],
    ['data that is no object', { type: 'a', data: 5 }, 'data'],
    [
      'a blank type',
      [
        { type: 'a', data: {} },
        { type: ' ', data: {} },
      ],
      '1.type',
    ],
    ['a field of no name', { type: 'a', data: {}, extra: 1 }, 'extra'],
    ['a time that is none', { type: 'a', data: {}, timestamp: 'soon' }, 'timestamp'],
    ['a time too long ago', { type: 'a', data: {}, timestamp: '2020-01-01T00:00:00Z' }, 'timestamp'],
    ['an older body with a long type', { ['x'.repeat(65)]: [{}] }, `${'x'.repeat(65)}.0.type`],
    ['data that is too large', { type: 'a', data: { text: 'x'.repeat(70_000) } }, 'data'],
  ])('S1-19 refuses %s by name', async (_, body, path) => {
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect((answer.body.errors as { path: string }[])[0]!.path).toBe(path);
  });

  it.each([
    ['unknown=1', 'unknown'],
    ['limit=0', 'limit'],
    ['from=yesterday', 'from'],
    ['data..=1', 'data..'],
    ['data.a%22b=1', 'data.a"b'],
    ['data.a=1&data.a=2', 'data.a'],
    ['data.constructor=1&unknown=1', 'unknown'],
  ])('refuses the filter %s by name', async (query, path) => {
    const answer = await server.request(`${PATH}?${query}`);
    expect(answer.status).toBe(422);
    expect((answer.body.errors as { path: string }[]).map((error) => error.path)).toContain(path);
  });

  it('refuses names and subjects with a character that no database takes', async () => {
    expect((await server.request(`${PATH}?data.a%00b=1`)).status).toBe(400);
    expect((await server.request('/api/v1/subjects/a%00b', { method: 'DELETE' })).status).toBe(422);
    expect((await server.request(`${PATH}?data.constructor=1`)).status).toBe(200);
  });

  it('answers a repeated key with the first answer', async () => {
    const headers = { 'idempotency-key': 'metrics-1' };
    const body = [{ type: 'keyed', data: {} }];
    expect((await post(body, headers)).status).toBe(201);
    const again = await post(body, headers);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect((await list('type=keyed')).data).toHaveLength(1);
    expect((await post([{ type: 'other', data: {} }], headers)).status).toBe(422);
  });
});

describe('metric events in an outage', () => {
  it('are spooled with 202, replayed, and a later change is never overwritten by an earlier one', async () => {
    const { database, drop, environment, proxy } = await databaseBehindProxy();
    const server = await ServerProcess.start(database, environment);
    try {
      const send = (state: string, external: string): Promise<Answer> =>
        server.request(PATH, { key: ENVIRONMENT_KEY, body: { type: 'o', data: { state }, external_id: external } });
      expect((await send('first', 'a')).status).toBe(201);
      proxy.set('refuse');
      await until(async () => (await send('second', 'a')).status === 202);
      expect((await send('only', 'b')).status).toBe(202);
      proxy.set('pass');
      await until(async () => (await server.request('/health', { key: null })).body.status === 'healthy');
      expect((await send('third', 'a')).status).toBe(201);
      const rows = await database.query<{ external_id: string; data: { state: string } }>(
        'SELECT external_id, data FROM metric_events ORDER BY external_id',
      );
      expect(rows.map(({ data, external_id }) => [external_id, data.state])).toEqual([
        ['a', 'third'],
        ['b', 'only'],
      ]);
    } finally {
      await server.stop();
      await drop();
    }
  });
});
