import { invalid } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { PASSWORD, signIn } from '../../support/sessions.js';
import { countsOf, repeat } from '../../support/statuses.js';

const MAX_ATTEMPTS = 3;

onBothDatabasesInProcess(
  'sessions',
  ({ api, admin, database, server }) => {
    const createUser = (email: string, role: 'viewer' | 'reviewer' | 'admin' = 'viewer') =>
      admin.users.create({ email, role, name: 'Ada', password: PASSWORD });
    const login = (email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
      admin.call('login', { body: { email, password } }, { key: null, headers });
    const sessionOf = (cookie: string) => admin.as(null, { cookie }).call('get_session', {});

    it('are opened by the first administrator, whom admin.key creates, and closed again', async () => {
      expect(await createUser('ada@example.com', 'admin')).toMatchObject({
        status: 201,
        body: { state: 'active', invitation: null },
      });
      expect(await login('ADA@example.com')).toMatchObject({
        status: 200,
        headers: {
          'set-cookie': expect.stringMatching(
            /^admin_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/,
          ) as string,
          'cache-control': 'no-store',
        },
      });
      const ada = await signIn({ admin, api }, 'ada@example.com');
      expect(await sessionOf(ada.cookie)).toMatchObject({
        status: 200,
        body: { user: { email: 'ada@example.com' }, csrf_token: ada.csrfToken },
      });
      expect(await ada.admin.keys.list()).toMatchObject({ status: 200 });
      expect(await ada.admin.call('logout', { body: invalid({}) })).toMatchObject({
        status: 200,
        headers: { 'set-cookie': expect.stringContaining('Max-Age=0') as string },
      });
      expect(await sessionOf(ada.cookie)).toMatchObject({ status: 401 });
    });

    // S3-14
    it('use a __Host- cookie where TLS ends in front, and accept the cookie of the legacy system', async () => {
      await createUser('tls@example.com');
      const answer = await login('tls@example.com', PASSWORD, {
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '10.1.2.3',
      });
      const cookie = answer.headers['set-cookie']!;
      expect(cookie).toMatch(/^__Host-fl=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      const token = cookie.split(/[=;]/)[1]!;
      expect(await sessionOf(`__Host-fl=${token}`)).toMatchObject({ status: 200 });
      expect(await sessionOf(`admin_session=${token}`)).toMatchObject({ status: 200 });
    });

    it('are stored as an HMAC of the token, beside scrypt of the password; the log contains neither', async () => {
      const { cookie } = await signIn({ admin, api }, 'ada@example.com');
      const stored = JSON.stringify([
        ...(await database.query('SELECT * FROM user_sessions')),
        ...(await database.query('SELECT * FROM users')),
      ]);
      expect(stored).toContain('scrypt$32768$8$3$');
      for (const secret of [cookie.split('=')[1]!, PASSWORD]) {
        expect(stored).not.toContain(secret);
        expect(server.log).not.toContain(secret);
      }
      expect(server.log).not.toContain('ada@example.com');
    });

    describe('on a change that a page sends', () => {
      let ada: Awaited<ReturnType<typeof signIn>>;
      beforeAll(async () => {
        ada = await signIn({ admin, api }, 'ada@example.com');
      });
      const change = (headers: Record<string, string>) =>
        admin.as(null, { cookie: ada.cookie }).keys.create({ name: 'forged', scopes: ['read'] }, { headers });

      it.each<[name: string, headers: Record<string, string>, hasToken: boolean]>([
        ['without a CSRF token', {}, false],
        ['with an unknown CSRF token', { 'x-csrf-token': 'x'.repeat(43) }, false],
        ['from another origin', { origin: 'https://evil.example' }, true],
        ['from an opaque origin', { origin: 'null' }, true],
        ['from another site', { 'sec-fetch-site': 'cross-site' }, true],
        ['from another origin of the same site', { 'sec-fetch-site': 'same-site' }, true],
      ])('refuse one %s', async (_name, headers, hasToken) => {
        const token: Record<string, string> = hasToken ? { 'x-csrf-token': ada.csrfToken } : {};
        expect(await change({ ...token, ...headers })).toMatchObject({ status: 403 });
      });

      it('accept one from the own origin with the token', async () => {
        const { origin } = new URL(server.address);
        const headers = { 'x-csrf-token': ada.csrfToken, origin, 'sec-fetch-site': 'same-origin' };
        expect(await change(headers)).toMatchObject({ status: 201 });
      });

      it('refuse a sign-in that another site sends', async () => {
        const foreign = await login('ada@example.com', PASSWORD, { origin: 'https://evil.example' });
        expect(foreign).toMatchObject({ status: 403 });
      });
    });

    it('get a new token at every sign-in, which ends the session that the browser had', async () => {
      await createUser('vi@example.com');
      const first = await signIn({ admin, api }, 'vi@example.com');
      const second = await login('vi@example.com', PASSWORD, { cookie: first.cookie });
      expect(second.headers['set-cookie']).not.toContain(first.cookie);
      expect(await sessionOf(first.cookie)).toMatchObject({ status: 401 });
    });

    describe('after too many wrong passwords', () => {
      beforeAll(() => createUser('locked@example.com'));

      it.each([
        ['of a user', 'locked@example.com'],
        ['that no user has', 'unknown@example.com'],
      ])('are refused to the email address %s, and only to that', async (_name, email) => {
        for (let i = 0; i < MAX_ATTEMPTS; i++)
          expect(await login(email, 'not the password')).toMatchObject({ status: 401 });
        const locked = await login(email);
        expect(locked).toMatchObject({ status: 429, body: { code: 'account_locked' } });
        expect(Number(locked.headers['retry-after'])).toBeGreaterThan(800);
        expect(await login('ada@example.com')).toMatchObject({ status: 200 });
      });

      it('are refused also when the attempts are sent at the same time', async () => {
        const answers = await repeat(12, (i) => login('parallel@example.com', `guess ${i}`));
        expect(countsOf(answers)).toMatchObject({ 401: MAX_ATTEMPTS });
      });
    });
  },
  { settings: { FL_TRUSTED_PROXIES: '127.0.0.1', FL_LOGIN_ATTEMPTS: String(MAX_ATTEMPTS) } },
);
