import { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { type Answer, type RequestOptions, ServerProcess } from '../support/server-process.js';

interface User {
  id: string;
  email: string;
  role: string;
  state: string;
  version: number;
  invitation: { token: string; link: string; mailed: boolean } | null;
}
interface SignedIn {
  csrf_token: string;
  user: User;
}
/** A browser that keeps its cookie. */
interface Browser {
  cookie: string;
  csrf: string;
  ask<T = Record<string, unknown>>(path: string, options?: RequestOptions): Promise<Answer<T>>;
}

const PASSWORD = 'correct horse battery staple';
const LIMITS = { FL_RATE_LIMIT_PER_MINUTE: '100000', FL_RATE_LIMIT_PER_HOUR: '100000' };

describe.each(DIALECTS)('people on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;
  const mails: string[] = [];
  const post = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      let mail = '';
      stream.on('data', (chunk: Buffer) => (mail += chunk.toString()));
      stream.on('end', () => {
        mails.push(mail.replace(/=\r\n/g, '').replace(/=3D/g, '='));
        done();
      });
    },
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => post.listen(0, '127.0.0.1', () => resolve()));
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, {
      ...LIMITS,
      FL_SMTP_URL: `smtp://127.0.0.1:${(post.server.address() as AddressInfo).port}`,
      FL_TRUSTED_PROXIES: '127.0.0.1',
      FL_LOGIN_ATTEMPTS: '3',
    });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
    await new Promise<void>((resolve) => post.close(() => resolve()));
  });

  const create = (email: string, role: string, password: string | undefined = PASSWORD): Promise<Answer<User>> =>
    server.request<User>('/admin/api/users', { body: { email, role, name: 'Somebody', password } });
  const login = (email: string, password = PASSWORD, headers: Record<string, string> = {}): Promise<Answer<SignedIn>> =>
    server.request<SignedIn>('/admin/api/login', { key: null, body: { email, password }, headers });
  async function signIn(email: string, headers: Record<string, string> = {}): Promise<Browser> {
    const answer = await login(email, PASSWORD, headers);
    expect([email, answer.status]).toEqual([email, 200]);
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    const csrf = answer.body.csrf_token;
    return {
      cookie,
      csrf,
      ask: (path, options = {}) =>
        server.request(path, { key: null, ...options, headers: { cookie, ...options.headers } }),
    };
  }

  it('admin.key makes the first administrator, who signs in, is known, and signs out', async () => {
    const made = await create('ada@example.com', 'admin');
    expect([made.status, made.body.state, made.body.invitation]).toEqual([201, 'active', null]);
    const answer = await login('ADA@example.com');
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^admin_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const ada = await signIn('ada@example.com');
    const session = await ada.ask<SignedIn>('/admin/api/session');
    expect([session.status, session.body.user.email]).toEqual([200, 'ada@example.com']);
    expect(session.body.csrf_token).toBe(ada.csrf);
    expect((await ada.ask('/admin/api/keys')).status).toBe(200);
    const out = await ada.ask('/admin/api/logout', { body: {}, headers: { 'x-csrf-token': ada.csrf } });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('Max-Age=0')]);
    expect((await ada.ask('/admin/api/session')).status).toBe(401);
  });

  it('S3-14 takes the older name of the cookie, and uses the __Host- prefix where TLS ends in front', async () => {
    await create('tls@example.com', 'viewer');
    const answer = await login('tls@example.com', PASSWORD, {
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '10.1.2.3',
    });
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^__Host-fl=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const token = cookie.split(/[=;]/)[1]!;
    for (const name of ['__Host-fl', 'admin_session']) {
      const asked = await server.request('/admin/api/session', { key: null, headers: { cookie: `${name}=${token}` } });
      expect([name, asked.status]).toEqual([name, 200]);
    }
  });

  it('keeps an HMAC of the token and scrypt of the password, and writes neither to the log', async () => {
    const { cookie } = await signIn('ada@example.com');
    const token = cookie.split('=')[1]!;
    const rows = [
      ...(await database.query<Record<string, unknown>>('SELECT * FROM user_sessions')),
      ...(await database.query<Record<string, unknown>>('SELECT * FROM users')),
    ];
    const text = JSON.stringify(rows);
    expect(text).toContain('scrypt$32768$8$3$');
    for (const secret of [token, PASSWORD]) {
      expect(text).not.toContain(secret);
      expect(server.log).not.toContain(secret);
    }
    expect(server.log).not.toContain('ada@example.com');
  });

  it('gives each role what it may do, and no more', async () => {
    await create('vi@example.com', 'viewer');
    await create('re@example.com', 'reviewer');
    const logged = await server.request<{ id: string }>('/api/v1/predictions', {
      body: { model: 'm', model_version: 'v', label: 'l', confidence: 0.5, input_text: 'for readers of texts' },
    });
    const statuses: Record<string, number[]> = {};
    const texts: Record<string, boolean> = {};
    for (const [role, email] of [
      ['viewer', 'vi@example.com'],
      ['reviewer', 're@example.com'],
      ['admin', 'ada@example.com'],
    ] as const) {
      const browser = await signIn(email);
      const change = { headers: { 'x-csrf-token': browser.csrf } };
      const answers = [
        await browser.ask('/api/v1/analytics/summary'),
        await browser.ask('/docs/admin-json'),
        await browser.ask('/api/v1/predict', { ...change, body: { text: 'x' } }),
        await browser.ask('/admin/api/users'),
        await browser.ask('/admin/api/keys', { ...change, body: { name: 'x', scopes: ['read'] } }),
        await browser.ask('/admin/api/tenants'),
      ];
      statuses[role] = answers.map(({ status }) => status);
      texts[role] = (await browser.ask(`/api/v1/predictions/${logged.body.id}`)).text.includes('for readers of texts');
    }
    expect(statuses).toEqual({
      viewer: [200, 200, 403, 403, 403, 403],
      reviewer: [200, 200, 403, 403, 403, 403],
      admin: [200, 200, 200, 200, 201, 403],
    });
    expect(texts).toEqual({ viewer: false, reviewer: true, admin: true });
  });

  it('refuses changes that another site sends with the cookie', async () => {
    const { ask, csrf } = await signIn('ada@example.com');
    const change = (headers: Record<string, string>): Promise<Answer> =>
      ask('/admin/api/keys', { body: { name: 'forged', scopes: ['read'] }, headers });
    const own = new URL(server.address).origin;
    expect((await change({})).status).toBe(403);
    expect((await change({ 'x-csrf-token': 'x'.repeat(43) })).status).toBe(403);
    expect((await change({ 'x-csrf-token': csrf, origin: 'https://evil.example' })).status).toBe(403);
    expect((await change({ 'x-csrf-token': csrf, origin: 'null' })).status).toBe(403);
    expect((await change({ 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await change({ 'x-csrf-token': csrf, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await change({ 'x-csrf-token': csrf, origin: own, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    const foreign = await login('ada@example.com', PASSWORD, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
  });

  it('gives a new token at every sign-in, and ends the one that the browser had', async () => {
    const first = await signIn('vi@example.com');
    const second = await login('vi@example.com', PASSWORD, { cookie: first.cookie });
    expect(second.headers.get('set-cookie')).not.toContain(first.cookie);
    expect((await first.ask('/admin/api/session')).status).toBe(401);
  });

  it('locks an address after too many wrong passwords, whether somebody has it or not', async () => {
    await create('locked@example.com', 'viewer');
    for (const email of ['locked@example.com', 'nobody@example.com']) {
      const wrong: number[] = [];
      for (let i = 0; i < 3; i++) wrong.push((await login(email, 'not the password')).status);
      expect([email, wrong]).toEqual([email, [401, 401, 401]]);
      const locked = await login(email);
      expect([email, locked.status, (locked.body as unknown as { code: string }).code]).toEqual([
        email,
        429,
        'account_locked',
      ]);
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
    }
    expect((await login('ada@example.com')).status).toBe(200);
    // Many at once are not more than one after the other.
    const atOnce = await Promise.all(Array.from({ length: 12 }, (_, i) => login('parallel@example.com', `guess ${i}`)));
    expect(atOnce.filter(({ status }) => status === 401)).toHaveLength(3);
  });

  it('invites by a link that works once, printed or mailed', async () => {
    const made = await create('new@example.com', 'reviewer', '');
    expect(made.status).toBe(422);
    const invited = await server.request<User>('/admin/api/users', {
      body: { email: 'new@example.com', role: 'reviewer' },
    });
    const { link, mailed, token } = invited.body.invitation!;
    expect([invited.status, invited.body.state, mailed]).toEqual([201, 'invited', true]);
    expect(link).toMatch(new RegExp(`/admin/password#token=${token}$`));
    await until(async () => mails.some((mail) => mail.includes(link)));
    expect(server.log).not.toContain(token);
    expect((await login('new@example.com')).status).toBe(401);
    const choose = (password: string, which = token): Promise<Answer> =>
      server.request('/admin/api/password', { key: null, body: { token: which, password } });
    for (const weak of ['short', 'password123', 'aaaaaaaaaaaa', 'NEW@example.com']) {
      const refused = await choose(weak);
      expect([weak, refused.status, refused.text.includes('"path":"password"')]).toEqual([weak, 422, true]);
    }
    expect((await choose(PASSWORD)).status).toBe(200);
    expect((await choose(PASSWORD)).status).toBe(422);
    expect((await choose(PASSWORD, 'x'.repeat(43))).status).toBe(422);
    await signIn('new@example.com');
  });

  it('mails a link to whoever forgot the password, and tells nobody whether they exist', async () => {
    const sent = (): string[] => mails.filter((mail) => mail.includes('To: re@example.com'));
    const ask = (email: string): Promise<Answer> =>
      server.request('/admin/api/password/reset', { key: null, body: { email } });
    const old = await signIn('re@example.com');
    const [known, unknown] = [await ask('re@example.com'), await ask('who@example.com')];
    expect([known.status, known.text]).toEqual([202, unknown.text]);
    await until(async () => sent().length > 0);
    const token = /#token=([\w-]{43})/.exec(sent()[0]!)![1]!;
    const next = 'a wholly different sentence';
    expect((await server.request('/admin/api/password', { key: null, body: { token, password: next } })).status).toBe(
      200,
    );
    expect((await old.ask('/admin/api/session')).status).toBe(401);
    expect([(await login('re@example.com')).status, (await login('re@example.com', next)).status]).toEqual([401, 200]);
    expect(sent()).toHaveLength(1);
    expect(mails.some((mail) => mail.includes('who@example.com'))).toBe(false);
  });

  it('changes, disables and deletes with If-Match, and signs them out', async () => {
    const { body } = await create('change@example.com', 'viewer');
    const path = `/admin/api/users/${body.id}`;
    const browser = await signIn('change@example.com');
    const patch = (change: object, ifMatch?: string): Promise<Answer<User>> =>
      server.request<User>(path, { method: 'PATCH', body: change, headers: ifMatch ? { 'if-match': ifMatch } : {} });
    const etag = (await server.request(path)).headers.get('etag')!;
    expect([(await patch({ role: 'admin' })).status, (await patch({ role: 'admin' }, '"99"')).status]).toEqual([
      428, 412,
    ]);
    const changed = await patch({ role: 'reviewer' }, etag);
    expect([changed.status, changed.body.role]).toEqual([200, 'reviewer']);
    expect((await patch({ role: 'viewer' }, etag)).status).toBe(412);
    expect((await patch({}, '*')).status).toBe(422);
    expect((await browser.ask<SignedIn>('/admin/api/session')).body.user.role).toBe('reviewer');
    expect((await patch({ disabled: true }, '*')).body.state).toBe('disabled');
    expect([(await browser.ask('/admin/api/session')).status, (await login('change@example.com')).status]).toEqual([
      401, 401,
    ]);
    const remove = (ifMatch: string): Promise<Answer> =>
      server.request(path, { method: 'DELETE', headers: { 'if-match': ifMatch } });
    expect([(await remove('"1"')).status, (await remove('*')).status, (await remove('*')).status]).toEqual([
      412, 200, 404,
    ]);
    const log = await server.request<{ data: { action: string }[] }>('/admin/api/audit?limit=4');
    expect(log.body.data.map(({ action }) => action)).toEqual(expect.arrayContaining(['user.delete', 'user.update']));
  });

  it('keeps nobody from administering but by somebody else, and changes one’s own password', async () => {
    const ada = await signIn('ada@example.com');
    const session = await ada.ask<SignedIn>('/admin/api/session');
    const headers = { 'x-csrf-token': ada.csrf, 'if-match': '*' };
    const path = `/admin/api/users/${session.body.user.id}`;
    expect((await ada.ask(path, { method: 'PATCH', body: { role: 'viewer' }, headers })).status).toBe(403);
    expect((await ada.ask(path, { method: 'DELETE', headers })).status).toBe(403);
    const change = (current_password: string, new_password: string): Promise<Answer> =>
      ada.ask('/admin/api/session/password', { body: { current_password, new_password }, headers });
    expect((await change('wrong', 'something else entirely')).status).toBe(422);
    expect((await change(PASSWORD, '12345678')).status).toBe(422);
    expect((await change(PASSWORD, 'something else entirely')).status).toBe(200);
    expect((await ada.ask('/admin/api/session')).status).toBe(401);
    expect((await login('ada@example.com', 'something else entirely')).status).toBe(200);
  });

  it.each([
    [{ role: 'viewer' }, 'email'],
    [{ email: 'no address', role: 'viewer' }, 'email'],
    [{ email: 'a@example.com', role: 'king' }, 'role'],
    [{ email: `${'İ'.repeat(60)}@${'İ'.repeat(100)}.example`, role: 'viewer' }, 'email'],
    [{ email: 'a@example.com', role: 'viewer', password: 'x' }, 'password'],
    [{ email: 'a@example.com', role: 'viewer', surprise: 1 }, 'surprise'],
  ])('refuses %j by name', async (body, field) => {
    const answer = await server.request('/admin/api/users', { body });
    expect([answer.status, answer.text.includes(`"path":"${field}"`)]).toEqual([422, true]);
  });

  it('keeps people of tenants apart', async () => {
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: `people-${dialect}`, name: 'Other' },
    });
    const key = tenant.body.admin_key;
    const mine = (await create('both@example.com', 'viewer')).body;
    const theirs = await server.request<User>('/admin/api/users', {
      key,
      body: { email: 'both@example.com', role: 'admin', password: 'another good sentence' },
    });
    expect(theirs.status).toBe(201);
    expect((await create('both@example.com', 'viewer')).status).toBe(409);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/password-link'],
    ] as const) {
      const body = method === 'PATCH' ? { role: 'admin' } : undefined;
      const asked = await server.request(`/admin/api/users/${mine.id}${path}`, {
        method,
        key,
        body,
        headers: { 'if-match': '*' },
      });
      expect([method, asked.status]).toEqual([method, 404]);
    }
    const other = await server.request<SignedIn>('/admin/api/login', {
      key: null,
      body: { email: 'both@example.com', password: 'another good sentence', tenant: `people-${dialect}` },
    });
    const cookie = other.headers.get('set-cookie')!.split(';')[0]!;
    const listed = await server.request<{ data: User[] }>('/admin/api/users', { key: null, headers: { cookie } });
    expect(listed.body.data.map(({ email }) => email)).toEqual(['both@example.com']);
  });

  it('the commands do the same', async () => {
    const run = (...args: string[]): ReturnType<typeof runCli> =>
      runCli(['users', ...args], database.environment, database.folder);
    const made = await run('create', 'cli@example.com', '--role', 'viewer');
    expect([made.code, made.stdout.trim()]).toEqual([
      0,
      expect.stringMatching(/^http:\/\/.*\/admin\/password#token=[\w-]{43}$/),
    ]);
    const token = made.stdout.trim().split('=')[1];
    expect(
      (await server.request('/admin/api/password', { key: null, body: { token, password: PASSWORD } })).status,
    ).toBe(200);
    await signIn('cli@example.com');
    expect((await run('disable', 'cli@example.com')).code).toBe(0);
    expect((await login('cli@example.com')).status).toBe(401);
    const listed = JSON.parse((await run('list', '--json')).stdout) as { email: string }[];
    expect(listed.map(({ email }) => email)).toContain('cli@example.com');
    expect((await run('remove', 'cli@example.com')).code).toBe(0);
    const gone = await run('reset', 'cli@example.com');
    expect([gone.code, gone.stderr.includes('was not found')]).toEqual([1, true]);
  });

  it('serves the pages to sign in and to choose a password, under a strict policy', async () => {
    for (const path of ['/admin/sign-in', '/admin/password']) {
      const page = await server.request(path, { key: null });
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    }
    expect((await server.request('/admin/assets/..%2fpackage.json', { key: null })).status).toBe(404);
  });
});
