import { type Clock, CLOCK } from '../../../src/kernel/index.js';
import { invalid } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const HOUR_MS = 3_600_000;
const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };

onBothDatabasesInProcess('administration of keys', ({ admin, api, database, dialect, server }) => {
  const listWith = (key: string) => api.predictions.list({}, { key });
  const created = async (body: Parameters<typeof admin.keys.create>[0]) => (await admin.keys.create(body)).body;

  afterEach(() => jest.restoreAllMocks());

  // S1-15 S1-16
  it('creates a key, shows it once, and stores only its hash', async () => {
    const answer = await admin.keys.create({ name: 'Reader', scopes: ['read'] });
    expect(answer).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
    const { id, key } = answer.body;
    const secret = key.slice(-43);
    expect(key).toMatch(/^fl_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
    expect(await listWith(key)).toMatchObject({ status: 200 });
    expect(await api.predict({ text: 'x' }, { key })).toMatchObject({ status: 403 });

    const listed = await admin.keys.list();
    expect(listed.body.data[0]).toMatchObject({ id, name: 'Reader', scopes: ['read'], revoked_at: null });
    expect(listed.text).not.toContain(secret);
    expect(JSON.stringify(await database.query('SELECT * FROM api_keys'))).not.toContain(secret);
    expect(server.log).not.toContain(secret);
  });

  it('rotates a key: both keys work until the first is revoked, which takes effect immediately', async () => {
    const first = await created({ name: 'Rotating', scopes: ['read'] });
    const second = await admin.keys.rotate(first.id);
    expect(second).toMatchObject({ status: 201, body: { name: 'Rotating', scopes: ['read'] } });
    expect(await listWith(first.key)).toMatchObject({ status: 200 });
    expect(await listWith(second.body.key)).toMatchObject({ status: 200 });

    const revoked = await admin.keys.revoke(first.id);
    expect(revoked).toMatchObject({ status: 200, body: { revoked_at: expect.any(String) } });
    expect(await listWith(first.key)).toMatchObject({ status: 401 });
    expect(await listWith(second.body.key)).toMatchObject({ status: 200 });
    expect(await admin.keys.revoke(first.id)).toMatchObject({ status: 200 });
    expect(await admin.keys.rotate(first.id)).toMatchObject({ status: 404 });
  });

  it.each([
    { path: '/admin/api/keys', body: { name: 'Once', scopes: ['read'] } },
    { path: '/admin/api/tenants', body: { slug: `once-${dialect}`, name: 'Once' } },
    { path: '/admin/api/users', body: { email: 'once@example.com', role: 'viewer' } },
  ])('creates one record at $path for one Idempotency-Key, and shows it again', async ({ path, body }) => {
    const headers = { 'idempotency-key': `admin ${path}` };
    const first = await server.request(path, { body, headers });
    const second = await server.request(path, { body, headers });
    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const other = await server.request(path, { body: { ...body, name: 'Another' }, headers });
    expect(other.status).toBe(422);
  });

  it('rotates once for one Idempotency-Key', async () => {
    const { id } = await created({ name: 'Rotate once', scopes: ['read'] });
    const options = { headers: { 'idempotency-key': 'rotation' } };
    const first = await admin.keys.rotate(id, options);
    expect(first.status).toBe(201);
    expect((await admin.keys.rotate(id, options)).body.key).toBe(first.body.key);
  });

  it('refuses a key from its expiry on, although it was verified before', async () => {
    const expires_at = new Date(Date.now() + HOUR_MS).toISOString();
    const { key } = await created({ name: 'Short', scopes: ['read'], expires_at });
    expect(await listWith(key)).toMatchObject({ status: 200 });
    const clock = server.app.get<Clock>(CLOCK);
    const now = clock.now.bind(clock);
    jest.spyOn(clock, 'now').mockImplementation(() => now() + HOUR_MS + 1000);
    expect(await listWith(key)).toMatchObject({ status: 401 });
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
  ])('refuses %j and names the field', async (body, field) => {
    expect(await admin.keys.create(invalid(body))).toMatchObject(refusalOf(field));
  });

  it('lets a publishable key neither log, predict nor read', async () => {
    const { key } = await created({
      name: 'Page',
      scopes: ['ingest'],
      publishable: true,
      allowed_origins: ['https://shop.example.com'],
    });
    expect(key).toMatch(/^fl_pub_/);
    const page = api.as(key, { origin: 'https://shop.example.com' });
    expect(await page.predictions.log(LOGGED)).toMatchObject({ status: 403 });
    expect(await page.predict({ text: 'x' })).toMatchObject({ status: 403 });
    expect(await listWith(key)).toMatchObject({ status: 403 });
  });

  // S2-18
  it('shows the administrator of a tenant the keys of that tenant only', async () => {
    const slug = `team-${dialect}`;
    const tenant = await admin.tenants.create({ slug, name: 'Team' });
    expect(tenant).toMatchObject({ status: 201 });
    const other = admin.as(tenant.body.admin_key);
    const mine = await created({ name: 'Mine', scopes: ['read'] });
    expect(await other.keys.get(mine.id)).toMatchObject({ status: 404 });
    expect(await other.keys.revoke(mine.id)).toMatchObject({ status: 404 });
    expect(await other.keys.rotate(mine.id)).toMatchObject({ status: 404 });
    const theirs = await other.keys.list();
    expect(theirs.body.data.map(({ name }) => name)).toEqual(['First administrator']);
    expect(await listWith(mine.key)).toMatchObject({ status: 200 });
  });

  // S2-18
  it('lets the administrator of a tenant not administer the installation', async () => {
    const slug = `part-${dialect}`;
    const tenant = await admin.tenants.create({ slug, name: 'Part' });
    const other = admin.as(tenant.body.admin_key);
    expect(await other.tenants.list()).toMatchObject({ status: 403 });
    expect(await other.keys.create({ name: 'x', scopes: ['platform'] })).toMatchObject({ status: 403 });

    const again = await admin.tenants.create({ slug, name: 'Again' });
    expect(again).toMatchObject({ status: 409, text: expect.stringContaining('slug') });
    const { body } = await admin.tenants.list();
    expect(body.data.map((each) => each.slug)).toEqual(expect.arrayContaining(['default', slug]));
  });

  it('records changes in the audit log, without secrets', async () => {
    const { id, key } = await created({ name: 'Audited', scopes: ['read'] });
    await admin.keys.revoke(id);
    const log = await admin.audit({ limit: 2 });
    expect(log.body.data).toMatchObject([
      { action: 'key.revoke', target: id, actor: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { action: 'key.create', target: id },
    ]);
    expect(log.text).not.toContain(key);
    expect(await admin.audit({ cursor: log.body.next_cursor! })).toMatchObject({ status: 200 });
  });

  describe('by commands, while a server is running', () => {
    const run = (...args: string[]) => runCliInProcess(args, database.environment, database.folder);

    it('creates, lists and revokes a key', async () => {
      const made = await run('keys', 'create', '--name', 'From a shell', '--scopes', 'read,predict');
      expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^fl_live_\w+\n$/) });
      expect(await listWith(made.stdout.trim())).toMatchObject({ status: 200 });
      const keys = JSON.parse((await run('keys', 'list', '--json')).stdout) as { id: string; name: string }[];
      const { id } = keys.find(({ name }) => name === 'From a shell')!;
      expect(await run('keys', 'revoke', id)).toMatchObject({ code: 0 });
    });

    it('names what is wrong with a scope or a tenant', async () => {
      expect(await run('keys', 'create', '--name', 'x', '--scopes', 'everything')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('must be a list of predict'),
      });
      expect(await run('keys', 'list', '--tenant', 'unknown')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('unknown'),
      });
    });

    it('needs no scope for a publishable key, and lists keys with headings, their start and their limit', async () => {
      const origins = ['--publishable', '--origins', 'https://shop.example.com'];
      const created = await run('keys', 'create', '--name', 'page', ...origins, '--limit', '42');
      expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^fl_pub_/) });
      const { stderr, stdout } = await run('keys', 'list');
      expect(stderr).toMatch(/^id +key +state +name +scopes +per minute +last used +expires$/m);
      const start = created.stdout.split('_').slice(0, 3).join('_');
      expect(stdout).toMatch(new RegExp(`${start}… +publishable +page +ingest +42 +never +never`));
      expect(await run('keys', 'create', '--name', 'x')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--scopes'),
      });
    });

    it('creates and lists tenants', async () => {
      expect(await run('tenants', 'create', '--name', 'Nameless')).toMatchObject({ code: 2 });
      const tenant = await run('tenants', 'create', `cli-${dialect}`, '--name', 'From a shell');
      expect(tenant).toMatchObject({ code: 0, stdout: expect.stringMatching(/^fl_live_/) });
      expect((await run('tenants', 'list')).stdout).toContain(`cli-${dialect}`);
    });
  });
});
