import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { ENVIRONMENT_KEY } from '../support/outage.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

interface Key {
  id: string;
  key: string;
  name: string;
  scopes: string[];
  revoked_at: string | null;
  created_by: string;
}

const CANARY = 'canary-5b1e sings in the data folder';

describe.each(DIALECTS)('administration on %s', (dialect) => {
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

  const create = (body: object, key?: string): Promise<Answer<Key>> =>
    server.request<Key>('/admin/api/keys', { body, ...(key === undefined ? {} : { key }) });
  const list = (key: string): Promise<Answer> => server.request('/api/v1/predictions', { key });

  it('S1-15 S1-16 makes a key, shows it once, stores a hash, and lists it without', async () => {
    const made = await create({ name: 'Reader', scopes: ['read'] });
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(made.body.key).toMatch(/^fl_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
    expect((await list(made.body.key)).status).toBe(200);
    expect((await server.request('/api/v1/predict', { key: made.body.key, body: { text: 'x' } })).status).toBe(403);
    const listed = await server.request<{ data: Key[] }>('/admin/api/keys');
    expect(listed.body.data[0]).toMatchObject({ id: made.body.id, name: 'Reader', scopes: ['read'], revoked_at: null });
    expect(listed.text).not.toContain(made.body.key.slice(-43));
    const rows = await database.query<Record<string, unknown>>('SELECT * FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(made.body.key.slice(-43));
    expect(server.log).not.toContain(made.body.key.slice(-43));
  });

  it('rotates with two good keys, and revokes at once', async () => {
    const first = (await create({ name: 'Rotating', scopes: ['read'] })).body;
    const second = await server.request<Key>(`/admin/api/keys/${first.id}/rotate`, { method: 'POST' });
    expect([second.status, second.body.name, second.body.scopes]).toEqual([201, 'Rotating', ['read']]);
    for (const { key } of [first, second.body]) expect((await list(key)).status).toBe(200);
    const revoked = await server.request<Key>(`/admin/api/keys/${first.id}`, { method: 'DELETE' });
    expect([revoked.status, typeof revoked.body.revoked_at]).toEqual([200, 'string']);
    expect([(await list(first.key)).status, (await list(second.body.key)).status]).toEqual([401, 200]);
    expect((await server.request(`/admin/api/keys/${first.id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await server.request(`/admin/api/keys/${first.id}/rotate`, { method: 'POST' })).status).toBe(404);
  });

  it('makes one key for one Idempotency-Key, and shows it again', async () => {
    const twice = async (path: string, body: object): Promise<[Answer, Answer, Answer]> => {
      const ask = (sent: object): Promise<Answer> =>
        server.request(path, { body: sent, headers: { 'idempotency-key': `admin ${path}` } });
      return [await ask(body), await ask(body), await ask({ ...body, name: 'Another' })];
    };
    for (const [path, body] of [
      ['/admin/api/keys', { name: 'Once', scopes: ['read'] }],
      ['/admin/api/tenants', { slug: `once-${dialect}`, name: 'Once' }],
      ['/admin/api/users', { email: 'once@example.com', role: 'viewer' }],
    ] as const) {
      const [first, second, other] = await twice(path, body);
      expect([path, first.status, second.status, other.status]).toEqual([path, 201, 201, 422]);
      expect([path, second.headers.get('idempotent-replayed'), second.body]).toEqual([path, 'true', first.body]);
    }
    const { body } = await create({ name: 'Rotate once', scopes: ['read'] });
    const rotate = (): Promise<Answer<Key>> =>
      server.request(`/admin/api/keys/${body.id}/rotate`, {
        method: 'POST',
        headers: { 'idempotency-key': 'rotation' },
      });
    expect((await rotate()).body.key).toBe((await rotate()).body.key);
  });

  it('ends a key at its time', async () => {
    const soon = new Date(Date.now() + 1500).toISOString();
    const { body } = await create({ name: 'Short', scopes: ['read'], expires_at: soon });
    expect((await list(body.key)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    expect((await list(body.key)).status).toBe(401);
  });

  it.each([
    [{ scopes: ['read'] }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['everything'] }, 'scopes.0'],
    [{ name: 'x', scopes: ['read', 'read'] }, 'scopes'],
    [{ name: 'x', scopes: ['read'], expires_at: '2001-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'x', scopes: ['read'], expires_at: 'tomorrow' }, 'expires_at'],
    [{ name: 'x', scopes: ['read'], rate_limit_per_minute: 0 }, 'rate_limit_per_minute'],
    [{ name: 'x', scopes: ['read'], surprise: 1 }, 'surprise'],
    [{ name: 'x', scopes: ['ingest'], publishable: true }, 'allowed_origins'],
    [{ name: 'x', scopes: ['read'], publishable: true, allowed_origins: ['https://a.example'] }, 'scopes'],
    [
      { name: 'x', scopes: ['ingest'], publishable: true, allowed_origins: ['https://a.example/path'] },
      'allowed_origins.0',
    ],
  ])('refuses %j by name', async (body, field) => {
    const answer = await create(body);
    expect([answer.status, answer.text.includes(`"path":"${field}"`)]).toEqual([422, true]);
  });

  it('a publishable key predicts, reads and administers nothing', async () => {
    const { body } = await create({
      name: 'Page',
      scopes: ['ingest'],
      publishable: true,
      allowed_origins: ['https://shop.example.com'],
    });
    expect(body.key).toMatch(/^fl_pub_/);
    const logged = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
    for (const [path, payload] of [
      ['/api/v1/predictions', logged],
      ['/api/v1/predict', { text: 'x' }],
    ] as const) {
      const answer = await server.request(path, {
        key: body.key,
        body: payload,
        headers: { origin: 'https://shop.example.com' },
      });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect((await list(body.key)).status).toBe(403);
  });

  it('S2-18 keeps tenants apart: a tenant’s administrator sees and changes its own keys alone', async () => {
    const made = await server.request<{ id: string; slug: string; admin_key: string }>('/admin/api/tenants', {
      body: { slug: `team-${dialect}`, name: 'Team' },
    });
    expect(made.status).toBe(201);
    const other = made.body.admin_key;
    const mine = (await create({ name: 'Mine', scopes: ['read'] })).body;
    for (const [method, path] of [
      ['GET', `/admin/api/keys/${mine.id}`],
      ['DELETE', `/admin/api/keys/${mine.id}`],
      ['POST', `/admin/api/keys/${mine.id}/rotate`],
    ] as const)
      expect((await server.request(path, { method, key: other })).status).toBe(404);
    const theirs = await server.request<{ data: Key[] }>('/admin/api/keys', { key: other });
    expect(theirs.body.data.map(({ name }) => name)).toEqual(['First administrator']);
    expect((await list(mine.key)).status).toBe(200);
    // Its key administers the tenant, not the installation.
    expect((await server.request('/admin/api/tenants', { key: other })).status).toBe(403);
    expect((await create({ name: 'x', scopes: ['platform'] }, other)).status).toBe(403);
    const again = await server.request('/admin/api/tenants', { body: { slug: `team-${dialect}`, name: 'Again' } });
    expect([again.status, again.text.includes('slug')]).toEqual([409, true]);
    const tenants = await server.request<{ data: { slug: string }[] }>('/admin/api/tenants');
    expect(tenants.body.data.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['default', `team-${dialect}`]));
  });

  it('writes what was done to the audit log, without secrets', async () => {
    const { body } = await create({ name: 'Audited', scopes: ['read'] });
    await server.request(`/admin/api/keys/${body.id}`, { method: 'DELETE' });
    const log = await server.request<{
      data: { action: string; target: string; actor: string }[];
      next_cursor: string;
    }>('/admin/api/audit?limit=2');
    expect(log.body.data.map(({ action, target }) => [action, target])).toEqual([
      ['key.revoke', body.id],
      ['key.create', body.id],
    ]);
    expect(log.body.data[0]!.actor).toMatch(/^[0-9a-f-]{36}$/);
    expect(log.text).not.toContain(body.key);
    expect((await server.request(`/admin/api/audit?cursor=${log.body.next_cursor}`)).status).toBe(200);
  });

  it('the commands do the same beside a running server', async () => {
    const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, database.environment, database.folder);
    const made = await run('keys', 'create', '--name', 'From a shell', '--scopes', 'read,predict');
    expect([made.code, made.stdout.trim()]).toEqual([0, expect.stringMatching(/^fl_live_\w+$/)]);
    expect((await list(made.stdout.trim())).status).toBe(200);
    const all = JSON.parse((await run('keys', 'list', '--json')).stdout) as Key[];
    const { id } = all.find(({ name }) => name === 'From a shell')!;
    expect((await run('keys', 'revoke', id)).code).toBe(0);
    const wrong = await run('keys', 'create', '--name', 'x', '--scopes', 'everything');
    expect([wrong.code, wrong.stderr.includes('must be a list of predict')]).toEqual([2, true]);
    const missing = await run('keys', 'list', '--tenant', 'nobody');
    expect([missing.code, missing.stderr.includes('nobody')]).toEqual([1, true]);
    const tenant = await run('tenants', 'create', '--slug', `cli-${dialect}`, '--name', 'From a shell');
    expect([tenant.code, tenant.stdout.trim()]).toEqual([0, expect.stringMatching(/^fl_live_/)]);
    expect((await run('tenants', 'list')).stdout).toContain(`cli-${dialect}`);
  });

  it('S0-F3 S4-F3 keeps texts encrypted: neither database nor files hold them, who may read gets them', async () => {
    const { body } = await server.request<{ id: string }>('/api/v1/predictions', {
      body: {
        model: 'm',
        model_version: 'v',
        label: 'l',
        confidence: 0.5,
        input_text: CANARY,
        metadata: { note: CANARY },
      },
    });
    const [row] = await database.query<{ input_text: string; metadata: unknown }>(
      `SELECT input_text, metadata FROM predictions WHERE id = '${body.id}'`,
    );
    expect(row!.input_text).toMatch(/^v1\.[0-9a-f]{8}\./);
    expect(JSON.stringify(row)).not.toContain('canary');
    const read = await server.request<{ input_text: string; metadata: object }>(`/api/v1/predictions/${body.id}`);
    expect([read.body.input_text, read.body.metadata]).toEqual([CANARY, { note: CANARY }]);
    for (const name of readdirSync(database.folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(database.folder, name);
      if (statSync(path).isFile()) expect([name, readFileSync(path).includes('canary-5b1e')]).toEqual([name, false]);
    }
  });

  it('reads old texts with an old key after a rotation, and says what is wrong without it', async () => {
    const old = readFileSync(join(database.folder, 'encryption.key'), 'utf8').trim();
    const fresh = Buffer.alloc(32, 5).toString('base64');
    const restart = async (keys: string): Promise<void> => {
      await server.stop();
      server = await ServerProcess.start(database, { FL_ENCRYPTION_KEY: keys });
    };
    const logged = { model: 'm', model_version: 'v', label: 'rotated', confidence: 0.5, input_text: 'before' };
    const { body } = await server.request<{ id: string }>('/api/v1/predictions', { body: logged });
    const read = (): Promise<Answer<{ input_text: string }>> => server.request(`/api/v1/predictions/${body.id}`);
    await restart(`${fresh},${old}`);
    expect((await read()).body.input_text).toBe('before');
    await restart(fresh);
    const unreadable = await read();
    const rotate = (keys: string, command = 'rotate'): ReturnType<typeof runCli> =>
      runCli(['encryption', command], { ...database.environment, FL_ENCRYPTION_KEY: keys }, database.folder);
    expect((await rotate(fresh)).code).toBe(1);
    expect([unreadable.status, unreadable.text.includes('field_unreadable')]).toEqual([500, true]);
    expect((await rotate(`${fresh},${old}`, 'status')).code).toBe(3);
    const done = await rotate(`${fresh},${old}`);
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringMatching(/predictions {2}[1-9]\d* re-encrypted, 0 unreadable/),
    ]);
    // The new key alone reads everything now.
    expect((await read()).body.input_text).toBe('before');
    expect((await rotate(fresh, 'status')).code).toBe(0);
  });
});

describe('S1-18 pages of other origins', () => {
  it('may call the API when they are listed, and no other', async () => {
    const database = await createTestDatabase('sqlite');
    const server = await ServerProcess.start(database, { FL_CORS_ORIGINS: 'https://app.example.com' });
    const ask = (origin: string, preflight: boolean, path = '/api/v1/analytics/summary'): Promise<Answer> =>
      server.request(path, {
        method: preflight ? 'OPTIONS' : 'GET',
        key: preflight ? null : server.adminKey,
        headers: { origin, ...(preflight ? { 'access-control-request-method': 'GET' } : {}) },
      });
    const good = await ask('https://app.example.com', true);
    expect([good.status, good.headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example.com']);
    expect(good.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(good.headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await ask('https://app.example.com', false);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example.com',
    ]);
    for (const preflight of [true, false]) {
      const bad = await ask('https://evil.example.com', preflight);
      expect(bad.headers.get('access-control-allow-origin')).toBeNull();
      expect(bad.headers.get('vary')).toContain('Origin');
    }
    // Where pages with publishable keys write to, the preflight cannot know the key yet.
    const feedback = await ask('https://shop.example.com', true, '/api/v1/feedback');
    expect(feedback.headers.get('access-control-allow-origin')).toBe('https://shop.example.com');
    // Errors carry the headers too, so that the page can read them.
    const refused = await server.request('/api/v1/analytics/summary', {
      key: null,
      headers: { origin: 'https://app.example.com' },
    });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://app.example.com',
    ]);
    await server.stop();
  });
});

describe('a first key that cannot be written', () => {
  it('does not make the database look dead: keys from the environment work', async () => {
    const database = await createTestDatabase('postgresql');
    const file = join(database.folder, 'a-file');
    writeFileSync(file, '');
    const server = await ServerProcess.start(database, {
      FL_DATA_DIR: join(file, 'data'),
      FL_SPOOL_DIR: join(database.folder, 'spool'),
      FL_SECRET_KEY: 's'.repeat(40),
      FL_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read`,
    });
    const answer = await server.request<{ persisted: string }>('/api/v1/predict', {
      key: ENVIRONMENT_KEY,
      body: { text: 'x' },
    });
    expect([answer.status, answer.body.persisted]).toEqual([200, 'database']);
    expect(server.log).toContain('admin.key cannot be written');
    await server.stop();
    await database.drop();
  });
});
