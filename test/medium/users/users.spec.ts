import { invalid } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { PASSWORD, signIn } from '../../support/sessions.js';

type Role = 'viewer' | 'reviewer' | 'admin';
const ANY_VERSION = { headers: { 'if-match': '*' } };

onBothDatabasesInProcess('users', ({ api, admin, database, dialect, server }) => {
  const createUser = (email: string, role: Role) =>
    admin.users.create({ email, role, name: 'Ada', password: PASSWORD });
  const login = (email: string, password = PASSWORD, tenant?: string) =>
    admin.call('login', { body: { email, password, ...(tenant ? { tenant } : {}) } }, { key: null });

  describe('may do what their role allows, and no more', () => {
    const READER = { analytics: 200, adminDocument: 200, predict: 403, users: 403, createKey: 403, tenants: 403 };
    let predictionId: string;
    beforeAll(async () => {
      const logged = await api.predictions.log({
        model: 'm',
        model_version: 'v',
        label: 'l',
        confidence: 0.5,
        input_text: 'for readers of texts',
      });
      predictionId = logged.body.id;
    });

    it.each<[Role, typeof READER & { readsTexts: boolean }]>([
      ['viewer', { ...READER, readsTexts: false }],
      ['reviewer', { ...READER, readsTexts: true }],
      [
        'admin',
        {
          analytics: 200,
          adminDocument: 200,
          predict: 200,
          users: 200,
          createKey: 201,
          tenants: 403,
          readsTexts: true,
        },
      ],
    ])('as %s', async (role, expected) => {
      await createUser(`role-${role}@example.com`, role);
      const user = await signIn({ admin, api }, `role-${role}@example.com`);
      const document = await server.request('/docs/admin-json', { key: null, headers: { cookie: user.cookie } });
      expect({
        analytics: (await user.api.analytics.summary()).status,
        adminDocument: document.status,
        predict: (await user.api.predict({ text: 'x' })).status,
        users: (await user.admin.users.list()).status,
        createKey: (await user.admin.keys.create({ name: 'x', scopes: ['read'] })).status,
        tenants: (await user.admin.tenants.list()).status,
        readsTexts: (await user.api.predictions.get(predictionId)).text.includes('for readers of texts'),
      }).toEqual(expected);
    });
  });

  describe('are changed', () => {
    it('only with If-Match, and what changes their rights takes effect in their sessions', async () => {
      const { body: user } = await createUser('change@example.com', 'viewer');
      const { admin: session } = await signIn({ admin, api }, 'change@example.com');
      const read = await admin.users.get(user.id);
      expect(read.headers.etag).toBe(`"${user.version}"`);
      const withoutVersion = await admin.call('change_user', { path: { id: user.id }, body: { role: 'admin' } });
      expect(withoutVersion).toMatchObject({ status: 428 });
      const otherVersion = { ...user, version: 99 };
      expect(await admin.users.change(otherVersion, { role: 'admin' })).toMatchObject({ status: 412 });

      const changed = await admin.users.change(user, { role: 'reviewer' });
      expect(changed).toMatchObject({ status: 200, body: { role: 'reviewer' } });
      expect(await admin.users.change(user, { role: 'viewer' })).toMatchObject({ status: 412 });
      expect(await admin.users.change(user, invalid({}), ANY_VERSION)).toMatchObject({ status: 422 });
      expect(await session.call('get_session', {})).toMatchObject({ body: { user: { role: 'reviewer' } } });

      const disabled = await admin.users.change(user, { disabled: true }, ANY_VERSION);
      expect(disabled).toMatchObject({ body: { state: 'disabled' } });
      expect(await session.call('get_session', {})).toMatchObject({ status: 401 });
      expect(await login('change@example.com')).toMatchObject({ status: 401 });

      expect(await admin.users.delete({ ...user, version: 1 })).toMatchObject({ status: 412 });
      expect(await admin.users.delete(user, ANY_VERSION)).toMatchObject({ status: 200 });
      expect(await admin.users.delete(user, ANY_VERSION)).toMatchObject({ status: 404 });
      const { data } = (await admin.audit({ limit: 4 })).body;
      const actions = data.map(({ action }) => action);
      expect(actions).toEqual(expect.arrayContaining(['user.delete', 'user.update']));
    });

    it('by other administrators, not by the users in question', async () => {
      const { body: user } = await createUser('self@example.com', 'admin');
      const self = await signIn({ admin, api }, 'self@example.com');
      expect(await self.admin.users.change(user, { role: 'viewer' }, ANY_VERSION)).toMatchObject({ status: 403 });
      expect(await self.admin.users.delete(user, ANY_VERSION)).toMatchObject({ status: 403 });
    });
  });

  it.each([
    [{ role: 'viewer' }, 'email'],
    [{ email: 'no address', role: 'viewer' }, 'email'],
    [{ email: 'a@example.com', role: 'king' }, 'role'],
    [{ email: `${'İ'.repeat(60)}@${'İ'.repeat(100)}.example`, role: 'viewer' }, 'email'],
    [{ email: 'a@example.com', role: 'viewer', password: 'x' }, 'password'],
    [{ email: 'a@example.com', role: 'viewer', surprise: 1 }, 'surprise'],
  ])('are not created from %j, and the field is named', async (body, field) => {
    expect(await admin.users.create(invalid(body))).toMatchObject(refusalOf(field));
  });

  describe('of another tenant', () => {
    const slug = `users-${dialect}`;
    const theirPassword = 'another good sentence';
    let theirAdmin: typeof admin;
    let myId: string;
    beforeAll(async () => {
      const { body: tenant } = await admin.tenants.create({ slug, name: 'Other' });
      theirAdmin = admin.as(tenant.admin_key);
      myId = (await createUser('both@example.com', 'viewer')).body.id;
      const theirs = await theirAdmin.users.create({
        email: 'both@example.com',
        role: 'admin',
        password: theirPassword,
      });
      expect(theirs).toMatchObject({ status: 201 });
    });

    it('may have the same email address, which is unique within one tenant', async () => {
      expect(await createUser('both@example.com', 'viewer')).toMatchObject({ status: 409 });
    });

    it('cannot be read or changed', async () => {
      const path = { id: myId };
      const missing = { status: 404 };
      expect(await theirAdmin.users.get(myId)).toMatchObject(missing);
      expect(await theirAdmin.call('change_user', { path, body: { role: 'admin' } }, ANY_VERSION)).toMatchObject(
        missing,
      );
      expect(await theirAdmin.call('delete_user', { path }, ANY_VERSION)).toMatchObject(missing);
      expect(await theirAdmin.call('make_password_link', { path }, ANY_VERSION)).toMatchObject(missing);
    });

    it('are not in the list', async () => {
      const other = await login('both@example.com', theirPassword, slug);
      const [cookie = ''] = other.headers['set-cookie']!.split(';');
      const listed = await admin.as(null, { cookie }).users.list();
      expect(listed.body.data.map(({ email }) => email)).toEqual(['both@example.com']);
    });
  });

  it('are created, disabled, listed and removed by commands, too', async () => {
    const users = (...args: string[]) => runCliInProcess(['users', ...args], database.environment, database.folder);
    const created = await users('create', 'cli@example.com', '--role', 'viewer');
    expect(created).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^http:\/\/.*\/admin\/password#token=[\w-]{43}\s*$/) as string,
    });
    const token = created.stdout.trim().split('=')[1]!;
    const chosen = await admin.call('choose_password', { body: { token, password: PASSWORD } }, { key: null });
    expect(chosen).toMatchObject({ status: 200 });
    await signIn({ admin, api }, 'cli@example.com');
    expect(await users('disable', 'cli@example.com')).toMatchObject({ code: 0 });
    expect(await login('cli@example.com')).toMatchObject({ status: 401 });
    const listed = JSON.parse((await users('list', '--json')).stdout) as object[];
    expect(listed).toContainEqual(expect.objectContaining({ email: 'cli@example.com' }));
    expect(await users('remove', 'cli@example.com')).toMatchObject({ code: 0 });
    expect(await users('reset', 'cli@example.com')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was not found') as string,
    });
  });

  it.each(['/admin/sign-in', '/admin/password'])('have the page %s, under a strict policy', async (path) => {
    const page = await server.request(path, { key: null });
    expect(page.status).toBe(200);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/) as string,
    });
  });

  it('are not served files beside the assets of the pages', async () => {
    expect(await server.request('/admin/assets/..%2fpackage.json', { key: null })).toMatchObject({ status: 404 });
  });
});
