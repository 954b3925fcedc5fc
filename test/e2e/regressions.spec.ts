import { connect } from 'node:net';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { ServerProcess } from '../support/server-process.js';

/** Each of these was wrong once, and was found by somebody who tried. */
describe.each(DIALECTS)('found by trying, on %s', (dialect) => {
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

  const log = (more: object): object => ({ model: 'm', model_version: 'v', label: 'l', confidence: 0.5, ...more });

  it.each(['/api/v1/predict', '/api/v1/batch', '/predict', '/batch'])(
    'NDJSON to %s is 415, not a list of Node’s own fields',
    async (path) => {
      const answer = await server.request(path, {
        raw: '{"text":"a"}',
        headers: { 'content-type': 'application/x-ndjson' },
      });
      expect([answer.status, answer.text.includes('socket')]).toEqual([415, false]);
    },
  );

  it('a body that cannot be read is no answer to somebody without a key, and is counted like any guess', async () => {
    for (const raw of ['{', '[', 'x'.repeat(6_000_000)]) {
      const answer = await server.request('/api/v1/labels', { key: null, raw });
      expect([answer.status, answer.headers.has('ratelimit')]).toEqual([401, true]);
      const known = await server.request('/api/v1/labels', { raw });
      expect(known.status).toBe(raw.length > 10 ? 413 : 400);
    }
  });

  it('a cursor of another list is none', async () => {
    for (let i = 0; i < 2; i++) await server.request('/api/v1/predictions', { body: log({ model: 'cursors' }) });
    const { body } = await server.request<{ next_cursor: string }>('/api/v1/predictions?limit=1');
    expect((await server.request(`/api/v1/predictions?limit=1&cursor=${body.next_cursor}`)).status).toBe(200);
    for (const path of ['/admin/api/audit', '/admin/api/feedback', '/admin/api/keys', '/api/v1/metrics']) {
      const answer = await server.request<{ errors: { path: string }[] }>(`${path}?cursor=${body.next_cursor}`);
      expect([path, answer.status, answer.body.errors?.[0]?.path]).toEqual([path, 422, 'cursor']);
    }
  });

  it('an Idempotency-Key makes one webhook, and one training set, of a repeated request', async () => {
    const logged = await server.request<{ id: string }>('/api/v1/predictions', { body: log({ input_text: 'a text' }) });
    await server.request('/api/v1/labels', { body: { prediction_id: logged.body.id, label: 'x', source: 'system' } });
    for (const [path, body] of [
      ['/admin/api/webhooks', { url: 'https://93.184.216.34/hook', events: ['feedback.created'] }],
      ['/admin/api/training-sets', { name: 'once' }],
    ] as const) {
      const send = (key: string): ReturnType<typeof server.request<{ id: string }>> =>
        server.request<{ id: string }>(path, { body, headers: { 'idempotency-key': `${key} ${path}` } });
      const [first, again, other] = [await send('k1'), await send('k1'), await send('k2')];
      expect([path, first.status, again.status, other.status]).toEqual([path, 201, 201, 201]);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(other.body.id).not.toBe(first.body.id);
    }
  });

  it('what is no HTTP behind a request on one connection is not taken for its answer', async () => {
    const body = JSON.stringify(log({ model: 'pipelined' }));
    const { hostname, port } = new URL(server.address);
    const received = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /api/v1/predictions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.adminKey}\r\n` +
            `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}GARBAGE\r\n\r\n`,
        );
      });
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(received).not.toContain(' 400 ');
  });

  it('a class without a name is named, once', async () => {
    const body = log({ scores: { '': 0.5, fine: 0.5 } });
    const answer = await server.request<{ errors: object[] }>('/api/v1/predictions', { body });
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      [{ path: 'scores.', message: 'has a name that is not allowed' }],
    ]);
  });

  it('a tunnel is refused with an answer', async () => {
    const { hostname, port } = new URL(server.address);
    const received = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(received).toMatch(/^HTTP\/1\.1 405 /);
    expect(received).toContain('application/problem+json');
    // Whoever tears the line down meanwhile does not tear the server down.
    for (let i = 0; i < 20; i++)
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
          socket.resetAndDestroy();
        });
        socket.on('error', () => undefined).on('close', () => resolve());
      });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await server.request('/health/liveness', { key: null })).status).toBe(200);
  });

  it('a number is found as it is shown, exponent included', async () => {
    await server.request('/api/v1/metrics', { body: { type: 'exponents', data: { large: 1e21, small: 1e-7 } } });
    for (const filter of ['data.large=1e%2B21', 'data.large=1e21', 'data.small=1e-7', 'data.small=0.0000001']) {
      const found = await server.request<{ data: object[] }>(`/api/v1/metrics?type=exponents&${filter}`);
      expect([filter, found.body.data.length]).toEqual([filter, 1]);
    }
  });

  it('an export takes the filters of its list, and nothing that it would ignore', async () => {
    for (const path of ['/admin/api/export', '/api/v1/metrics/export', '/api/v1/metrics/stats'])
      expect([path, (await server.request(`${path}?limit=5`)).status]).toEqual([path, 422]);
    expect((await server.request('/admin/api/export?category=bug')).status).toBe(200);
  });

  it('a label called __proto__ is counted like any other', async () => {
    await server.request('/api/v1/predictions', { raw: JSON.stringify(log({ model: 'proto', label: '__proto__' })) });
    const series = await server.request<{ data: { count: number }[] }>('/api/v1/analytics/timeseries?model=proto');
    expect(series.text).toContain('"__proto__":1');
    expect((await server.request('/api/v1/analytics/label-distribution?model=proto')).text).toContain('"__proto__":1');
  });

  it('an average is the same on both databases, also where their ROUNDs differ', async () => {
    await server.request('/api/v1/predictions', { body: log({ model: 'round', confidence: 0.5124405 }) });
    const summary = await server.request<{ avg_confidence: number }>('/api/v1/analytics/summary?model=round');
    expect(summary.body.avg_confidence).toBe(Math.floor(0.5124405 * 1e6 + 0.5) / 1e6);
  });

  it('every wrong field is named at once, also those that a schema cannot check', async () => {
    const answer = await server.request<{ errors: { path: string }[] }>('/api/v1/predictions', {
      body: log({ id: 'x', timestamp: 'y', confidence: 7, zzz: 1, label: ' ' }),
    });
    expect(answer.body.errors.map(({ path }) => path).sort()).toEqual([
      'confidence',
      'id',
      'label',
      'timestamp',
      'zzz',
    ]);
  });

  it('an id of a wrong variant, a padded cursor and a year before 1970 are refused', async () => {
    const time = Date.now().toString(16).padStart(12, '0');
    const wrong = await server.request('/api/v1/predictions', {
      body: log({ id: `${time.slice(0, 8)}-${time.slice(8)}-7abc-0def-123456789abc` }),
    });
    expect(wrong.status).toBe(422);
    const page = await server.request<{ next_cursor: string }>('/api/v1/predictions?limit=1');
    for (const ending of ['=', '!!', '%20'])
      expect((await server.request(`/api/v1/predictions?cursor=${page.body.next_cursor}${ending}`)).status).toBe(422);
    expect((await server.request('/api/v1/analytics/timeseries?to=0001-01-01')).status).toBe(422);
  });

  it('an id that another record has is a conflict, not an acknowledgement; the same record again is none', async () => {
    const time = Date.now().toString(16).padStart(12, '0');
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7aaa-8abc-${dialect === 'sqlite' ? '0' : '1'}23456789abc`;
    for (const [label, status] of [
      ['mine', 201],
      ['mine', 201],
      ['other', 409],
    ] as const) {
      expect([label, (await server.request('/api/v1/predictions', { body: log({ id, label }) })).status]).toEqual([
        label,
        status,
      ]);
    }
    expect((await server.request(`/api/v1/predictions/${id}`)).body.label).toBe('mine');
  });

  it('a GET with a content encoding and no body is answered', async () => {
    expect((await server.request('/health', { key: null, headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
  });

  it('a client that goes away in its body is nobody’s error', async () => {
    const { hostname, port } = new URL(server.address);
    for (const type of ['application/json', 'application/x-ndjson']) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(
            `POST /api/v1/predictions HTTP/1.1\r\nhost: x\r\nx-api-key: ${server.adminKey}\r\ncontent-type: ${type}\r\ncontent-length: 100\r\n\r\n{"model"`,
          );
          setTimeout(() => socket.destroy(), 100);
        });
        socket.on('close', () => resolve());
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(server.log).not.toContain('"level":"error"');
  });

  it('a client that is refused before its body has come loses the connection, and cannot drip for ever', async () => {
    const { hostname, port } = new URL(server.address);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          'POST /api/v1/predictions HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: 1000\r\n\r\n{',
        ),
      );
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', () => undefined);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('the key of another database is kept, not overwritten', async () => {
    const before = server.adminKey;
    await server.stop();
    const other = await createTestDatabase(dialect);
    const settings: Record<string, string> =
      dialect === 'sqlite'
        ? { FL_DB_PATH: join(other.folder, 'other.db') }
        : { FL_DB_URI: other.environment.FL_DB_URI! };
    const second = await ServerProcess.start({ ...database, environment: { ...database.environment, ...settings } });
    expect(second.adminKey).not.toBe(before);
    const kept = readdirSync(database.folder).find((name) => name.startsWith('admin.key.until-'));
    expect(readFileSync(join(database.folder, kept!), 'utf8').trim()).toBe(before);
    await second.stop();
    server = await ServerProcess.start(database);
    expect((await server.request('/api/v1/analytics/summary', { key: before })).status).toBe(200);
  });
});

describe('found by trying', () => {
  it('a PostgreSQL that writes its dates in German answers the right times', async () => {
    const database = await createTestDatabase('postgresql');
    const name = new URL(database.environment.FL_DB_URI!).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET datestyle = 'German, DMY'`);
    await database.query(`ALTER DATABASE ${name} SET extra_float_digits = 0`);
    await database.query(`ALTER DATABASE ${name} SET timezone = 'Pacific/Auckland'`);
    const server = await ServerProcess.start(database);
    const timestamp = new Date(Date.now() - 86_400_000).toISOString();
    const logged = await server.request<{ id: string }>('/api/v1/predictions', {
      body: { model: 'm', model_version: 'v', label: 'l', confidence: 0.12345678901234568, timestamp },
    });
    expect((await server.request(`/api/v1/predictions/${logged.body.id}`)).body).toMatchObject({
      timestamp,
      confidence: 0.12345678901234568,
    });
    expect((await server.request('/api/v1/analytics/summary')).body.date_range).toEqual({
      earliest: timestamp,
      latest: timestamp,
    });
    await server.stop();
    await database.drop();
  });

  it('a port that is taken is said in one line', async () => {
    const database = await createTestDatabase('sqlite');
    const first = await ServerProcess.start(database);
    const second = ServerProcess.spawn(
      {
        ...database.environment,
        FL_SPOOL_ENABLED: 'false',
        FL_API_PORT: new URL(first.address).port,
        FL_LOG_FORMAT: 'json',
      },
      database.folder,
    );
    expect(await second.exitCode()).toBe(1);
    expect(second.log).toContain('FL_API_PORT names a port that is taken');
    expect(second.log).not.toContain('    at ');
    await first.stop();
  });

  it('a data folder that cannot be written is said in one line, and a database that cannot be reached with its cause', async () => {
    const database = await createTestDatabase('sqlite');
    const file = join(database.folder, 'feedback-loop.db');
    const server = await ServerProcess.start(database);
    await server.stop();
    expect(existsSync(file)).toBe(true);
    const started = ServerProcess.spawn({ FL_DATA_DIR: file }, database.folder);
    expect(await started.exitCode()).toBe(1);
    expect(started.log).toContain('FL_SECRET_KEY cannot be generated, because FL_DATA_DIR cannot be written');
    expect(started.log).not.toContain('    at ');
    const migrated = await runCli(
      ['migrate', 'up'],
      { FL_DB_URI: 'postgresql://nobody@127.0.0.1:1/none' },
      database.folder,
    );
    expect([migrated.code, migrated.stderr]).toEqual([1, expect.stringContaining('Cause:')]);
  });
});
