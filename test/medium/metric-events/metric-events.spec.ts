import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf } from '../../support/api/caller.js';
import { invalid, ndjson } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { addKey } from '../../support/keys.js';
import { until } from '../../support/outage.js';

const DAY = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString();

onBothDatabasesInProcess(
  'metric events',
  ({ admin, api, database, dialect, server }) => {
    const create = api.metricEvents.create;
    const list = async (query: Parameters<typeof api.metricEvents.list>[0], client = api) =>
      (await client.metricEvents.list(query)).body.data;
    /** Queries by values in `data`, which the document does not list one by one. */
    const listByData = async (query: Record<string, unknown>) =>
      (await api.metricEvents.list(invalid(query))).body.data;
    const command = (...args: string[]) => runCliInProcess(args, database.environment, database.folder);

    // S0-39 S0-42
    it('are recorded alone, in a list, and in the body of the legacy system', async () => {
      const one = await create({ type: 'search', data: { query: 'shoes', hits: 12 }, user_id: 'u-1', org_id: 'o-1' });
      expect(one.status).toBe(201);
      expect(one.body).toEqual({ success: true, stored: 1, persisted: 'database' });
      const several = await create([
        {
          type: 'search',
          data: { query: 'socks', hits: 0, nested: { deep: true } },
          timestamp: daysAgo(10),
        },
        { type: 'view', data: {} },
      ]);
      expect(several.body).toMatchObject({ stored: 2 });
      const legacy = await create({ user_id: 'u-2', latency: [{ ms: 5 }, { ms: 7 }], score: [0.5] });
      expect(legacy.body).toMatchObject({ success: true, stored: 3 });
      expect(await create({ clicks: [{ n: 1 }] })).toMatchObject({ status: 201 });

      expect(await list({ limit: 100 })).toHaveLength(7);
      expect((await list({ type: 'score' }))[0]).toMatchObject({ user_id: 'u-2', data: { value: 0.5 } });
      // The key names the user if the body does not.
      expect((await list({ type: 'clicks' }))[0]!.user_id).toMatch(/\w{4,}/);
      expect(await api.call('health_older_shape', {})).toMatchObject({ body: { database: { total_metrics: 7 } } });
    });

    // S0-29
    it('are found by type, user, organization and time', async () => {
      expect(await list({ type: 'search' })).toHaveLength(2);
      expect(await list({ user_id: 'u-1', org_id: 'o-1' })).toHaveLength(1);
      expect(await list({ from: daysAgo(11), to: daysAgo(9) })).toHaveLength(1);
    });

    // S0-F1
    it.each([
      [{ 'data.query': 'shoes' }, 1],
      [{ 'data.hits': 12, 'data.query': 'shoes' }, 1],
      [{ 'data.hits': 13 }, 0],
      [{ 'data.nested.deep': true }, 1],
    ])('are found by the values %j in their data', async (query, found) => {
      expect(await listByData(query)).toHaveLength(found);
    });

    // S0-28
    it('are shown one by one', async () => {
      const [found] = await listByData({ 'data.hits': 0 });
      expect((await api.metricEvents.get(found!.id)).body).toEqual(found);
      expect(await api.metricEvents.get(found!.id.replace(/^./, 'f'))).toMatchObject({ status: 404 });
    });

    // S0-29
    it('are counted by type', async () => {
      const { data } = (await api.metricEvents.types()).body;
      expect(data.map(({ count, type }) => ({ type, count }))).toEqual([
        { type: 'latency', count: 2 },
        { type: 'search', count: 2 },
        { type: 'clicks', count: 1 },
        { type: 'score', count: 1 },
        { type: 'view', count: 1 },
      ]);
      const stats = await api.metricEvents.stats({ type: 'search' });
      expect(stats.body).toMatchObject({ total: 2, types: 1, users: 1, orgs: 1 });
    });

    describe('with an external id', () => {
      // S0-25
      it('are changed when they are sent again, and keep their time', async () => {
        const order = { type: 'order', external_id: 'order-1' };
        const timestamp = daysAgo(40);
        await create({ ...order, data: { state: 'new' }, timestamp });
        await create({ ...order, data: { state: 'paid' }, user_id: 'u-9' });
        expect(await list({ external_id: 'order-1' })).toMatchObject([
          { data: { state: 'paid' }, user_id: 'u-9', timestamp },
        ]);
      });

      // S0-25
      it('are stored once when they are sent many times at the same time', async () => {
        const answers = await Promise.all(
          Array.from({ length: 30 }, (_, i) =>
            create(
              Array.from({ length: 5 }, (_, n) => ({ type: 't', data: { i }, external_id: `twin-${(i + n) % 7}` })),
            ),
          ),
        );
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
        for (let n = 0; n < 7; n++) expect(await list({ external_id: `twin-${n}` })).toHaveLength(1);
      });

      // S0-25
      it('have the last data of one body', async () => {
        await create([
          { type: 't', data: { turn: 1 }, external_id: 'same' },
          { type: 't', data: { turn: 2 }, external_id: 'same' },
        ]);
        expect((await list({ external_id: 'same' }))[0]!.data).toEqual({ turn: 2 });
      });

      // S0-25
      it('are separate for each tenant', async () => {
        const tenant = await admin.tenants.create({ slug: 'b', name: 'B' });
        const theirs = api.as(tenant.body.admin_key);
        await theirs.metricEvents.create({ type: 'order', data: { state: 'theirs' }, external_id: 'order-1' });
        expect((await list({ external_id: 'order-1' }))[0]!.data).toEqual({ state: 'paid' });
        expect((await list({ external_id: 'order-1' }, theirs))[0]!.data).toEqual({ state: 'theirs' });
      });
    });

    describe('with sensitive fields', () => {
      const canary = `canary-${dialect}-7d1f@example.com`;
      const event = {
        type: 'signup',
        data: { email: canary, user: { name: canary, age: 5 }, plan: 'pro' },
        external_id: 'e-1',
      };
      beforeAll(async () => {
        await create(event);
        await create({ ...event, data: { ...event.data, plan: 'free' } });
      });

      // S0-F3
      it('are shown in full to keys that may read texts', async () => {
        expect((await list({ type: 'signup' }))[0]!.data).toEqual({
          email: canary,
          user: { name: canary, age: 5 },
          plan: 'free',
        });
      });

      // S0-F3
      it('are shown to other keys without those fields', async () => {
        const reader = api.as(await addKey(database, { scopes: ['read'] }));
        const [masked] = await list({ type: 'signup' }, reader);
        expect(masked).toMatchObject({ data: { user: { age: 5 }, plan: 'free' }, withheld: ['email', 'user.name'] });
        expect(JSON.stringify(masked)).not.toContain(canary);
      });

      // S0-F3
      it('are stored encrypted', async () => {
        expect((await command('encryption', 'status', '--json')).stdout).toContain('metric_events');
        expect(JSON.stringify(await database.query('SELECT * FROM metric_events'))).not.toContain(canary);
        if (dialect !== 'sqlite') return;
        const files = readdirSync(database.folder).filter((name) => statSync(join(database.folder, name)).isFile());
        const leaking = files.filter((name) => readFileSync(join(database.folder, name)).includes(canary));
        expect(leaking).toEqual([]);
      });
    });

    describe('in large numbers', () => {
      const COUNT = 12_000;
      const began = Date.now() - 50 * DAY;
      const sent = Array.from({ length: COUNT }, (_, i) => ({
        type: `bulk-${i % 4}`,
        data: { i, text: `Nummer ${i} – ¡hola! 🙂`, even: i % 2 === 0, list: [i, null] },
        user_id: `u-${i % 100}`,
        timestamp: new Date(began + i * 10).toISOString(),
      }));
      const stored = async () => (await api.metricEvents.stats({ from: daysAgo(60), to: daysAgo(45) })).body.total;

      beforeAll(async () => {
        const answer = await create(ndjson(sent));
        const [summary] = linesOf<{ accepted: number; spooled: number; refused: number }>(answer);
        expect(summary).toMatchObject({ refused: 0 });
        // A slow machine may spool some of them, for a moment.
        expect(summary!.accepted + summary!.spooled).toBe(COUNT);
        await until(async () => (await stored()) === COUNT);
      });

      // S0-F7 S0-22
      it('come out as they went in', async () => {
        const answer = await api.metricEvents.export({ format: 'jsonl', type: 'bulk-1' });
        const lines = linesOf<(typeof sent)[number]>(answer);
        expect(lines.map(({ data, timestamp, type, user_id }) => ({ type, data, user_id, timestamp }))).toEqual(
          sent.filter(({ type }) => type === 'bulk-1'),
        );
      });

      // S0-F7
      it('are found by a value in the data of one of them', async () => {
        const found = await listByData({ type: 'bulk-2', user_id: 'u-2', 'data.i': 2002 });
        expect(found.map(({ data }) => data.i)).toEqual([2002]);
      });

      // S0-F7
      it('are all on some page, once', async () => {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const { body } = await api.metricEvents.list({ type: 'bulk-3', limit: 1000, cursor });
          seen.push(...body.data.map(({ id }) => id));
          cursor = body.next_cursor ?? undefined;
        } while (cursor !== undefined);
        expect(seen).toHaveLength(COUNT / 4);
        expect(new Set(seen).size).toBe(COUNT / 4);
      });

      // S0-F2
      it('are deleted after their retention, and their external ids become free', async () => {
        expect(await list({ external_id: 'order-1' })).toHaveLength(1);
        const done = await command('retention', 'run', '--days', '30', '--kind', 'metrics', '--json');
        const results = JSON.parse(done.stdout) as { deleted: number }[];
        expect(results.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(COUNT + 1);
        // The other one is that of the other tenant.
        const keys = await database.query("SELECT tenant_id FROM metric_event_keys WHERE external_id = 'order-1'");
        expect(keys).toHaveLength(1);
        expect(await list({ external_id: 'order-1' })).toEqual([]);
        await create({ type: 'order', data: { state: 'again' }, external_id: 'order-1' });
        expect(await list({ external_id: 'order-1' })).toHaveLength(1);
      });
    });

    it.each(['data.large=1e%2B21', 'data.large=1e21', 'data.small=1e-7', 'data.small=0.0000001'])(
      'are found by a number as it is shown, exponent included: %s',
      async (filter) => {
        const external_id = 'exponents';
        await create({ type: 'exponents', data: { large: 1e21, small: 1e-7 }, external_id });
        const found = await server.request<{ data: object[] }>(`/api/v1/metrics?type=exponents&${filter}`);
        expect(found.body.data).toHaveLength(1);
      },
    );

    // S0-22
    it('are exported as CSV and as Parquet', async () => {
      const csv = await api.metricEvents.export({ type: 'view' });
      expect(csv.text.split('\r\n')[0]).toBe(
        '"id","type","timestamp","user_id","org_id","external_id","data","accepted_at"',
      );
      const parquet = await api.metricEvents.export({ format: 'parquet', type: 'search' });
      expect(parquet.text.slice(0, 4)).toBe('PAR1');
    });

    // S1-19
    it.each([
      ['nothing', {}, 'type'],
      ['a value that is not a list', { clicks: 'many' }, 'clicks'],
      ['an empty list', [], ''],
      ['data that is not an object', { type: 'a', data: 5 }, 'data'],
      [
        'a blank type',
        [
          { type: 'a', data: {} },
          { type: ' ', data: {} },
        ],
        '1.type',
      ],
      ['an unknown field', { type: 'a', data: {}, extra: 1 }, 'extra'],
      ['an invalid time', { type: 'a', data: {}, timestamp: 'soon' }, 'timestamp'],
      ['a time too long ago', { type: 'a', data: {}, timestamp: '2020-01-01T00:00:00Z' }, 'timestamp'],
      ['a legacy body with a long type', { ['x'.repeat(65)]: [{}] }, `${'x'.repeat(65)}.0.type`],
      ['data that is too large', { type: 'a', data: { text: 'x'.repeat(70_000) } }, 'data'],
    ])('are refused with %s, which is named', async (_, body, path) => {
      const answer = await create(invalid(body));
      expect(answer).toMatchObject({ status: 422, body: { errors: expect.anything() } });
      const { errors } = JSON.parse(answer.text) as { errors: { path: string }[] };
      expect(errors[0]).toMatchObject({ path });
    });

    it.each([
      [{ unknown: 1 }, 'unknown'],
      [{ limit: 0 }, 'limit'],
      [{ from: 'yesterday' }, 'from'],
      [{ 'data..': 1 }, 'data..'],
      [{ 'data.a"b': 1 }, 'data.a"b'],
      [{ 'data.a': [1, 2] }, 'data.a'],
      [{ 'data.constructor': 1, unknown: 1 }, 'unknown'],
    ])('are not listed by %j, and the parameter is named', async (query, path) => {
      expect(await api.metricEvents.list(invalid(query))).toMatchObject(refusalOf(path));
    });

    it('have no names and subjects with a character that no database can store', async () => {
      expect(await server.request('/api/v1/metrics?data.a%00b=1')).toMatchObject({ status: 400 });
      expect(await server.request('/api/v1/subjects/a%00b', { method: 'DELETE' })).toMatchObject({ status: 422 });
      expect(await server.request('/api/v1/metrics?data.constructor=1')).toMatchObject({ status: 200 });
    });

    it('are recorded once for each Idempotency-Key', async () => {
      const options = { headers: { 'idempotency-key': 'metrics-1' } };
      const body = [{ type: 'keyed', data: {} }];
      expect(await create(body, options)).toMatchObject({ status: 201 });
      expect(await create(body, options)).toMatchObject({
        status: 201,
        headers: { 'idempotent-replayed': 'true' },
      });
      expect(await list({ type: 'keyed' })).toHaveLength(1);
      expect(await create([{ type: 'other', data: {} }], options)).toMatchObject({ status: 422 });
    });
  },
  { settings: { FL_METRIC_EVENTS_SENSITIVE: 'email,user.name', FL_RETENTION_ENABLED: 'false' } },
);
