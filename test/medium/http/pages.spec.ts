import type { Browser, Page } from 'playwright-core';
import { VERSION } from '#kernel';
import { describeInBrowser, launchBrowser } from '../../support/browser.js';
import { onSqliteInProcess } from '../../support/in-process-environment.js';
import { type PathProxy, serveBelow } from '../../support/path-proxy.js';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const USER = { email: 'ada@example.com', name: 'Ada', role: 'admin', password: 'unrelated words work best' } as const;
const PATHS = ['/', '/docs', '/docs/', '/docs/admin', '/admin/sign-in', '/admin/sign-in/', '/admin/password'];

onSqliteInProcess('pages', ({ admin, server }) => {
  describe('the first page', () => {
    it('names version, state and links, without a key', async () => {
      const page = await server.request('/', { key: null, headers: HTML });
      expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
        status: 200,
        type: 'text/html; charset=utf-8',
      });
      expect(page.text).toContain(VERSION);
      expect(page.text).toContain('healthy');
      expect(page.text).not.toMatch(/<script|\{\{/);
    });

    it('is JSON for a client that does not ask for HTML', async () => {
      for (const headers of [{ accept: '*/*' }, { accept: 'application/json' }])
        expect(await server.request('/', { key: null, headers })).toMatchObject({
          status: 200,
          body: { name: 'feedback-loop', version: VERSION, state: 'healthy', links: { docs: 'docs' } },
        });
    });

    it.each([
      ['/admin', '/admin/sign-in'],
      ['/admin/', '/admin/sign-in'],
    ])('leads from %s to the sign-in', async (from, to) => {
      const response = await fetch(server.address + from, { redirect: 'manual' });
      expect(response.status).toBe(302);
      expect(new URL(response.headers.get('location')!, server.address + from).pathname).toBe(to);
    });

    it('has an icon', async () => {
      const icon = await server.request('/favicon.ico', { key: null });
      expect({ status: icon.status, type: icon.headers.get('content-type') }).toEqual({
        status: 200,
        type: 'image/svg+xml',
      });
    });
  });

  it('asks for the operator document only with a key', async () => {
    expect(await server.request('/docs/admin', { key: null })).toMatchObject({ status: 200 });
    expect(await server.request('/docs/admin-json', { key: null })).toMatchObject({ status: 401 });
    expect(await server.request('/docs/admin-json')).toMatchObject({ status: 200 });
  });

  it.each(PATHS)('names nothing on %s by an absolute path, and all that it names exists', async (path) => {
    const page = await server.request(path, { key: null, headers: HTML });
    expect(page).toMatchObject({ status: 200 });
    const addresses = [...page.text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, address]) => address as string);
    expect(addresses.filter((address) => /^\/|^\w+:/.test(address))).toEqual([]);
    for (const address of new Set(addresses)) {
      const { pathname } = new URL(address, server.address + path);
      expect({ pathname, ...(await server.request(pathname)) }).toMatchObject({ pathname, status: 200 });
    }
  });

  describeInBrowser('in a browser, behind a proxy that adds a path', () => {
    let browser: Browser;
    let proxy: PathProxy;
    let page: Page;
    const failures: string[] = [];

    beforeAll(async () => {
      await admin.call('create_user', { body: USER });
      [browser, proxy] = await Promise.all([launchBrowser(), serveBelow('/fl', server.address)]);
    });
    afterAll(() => Promise.all([browser.close(), proxy.close()]));
    beforeEach(async () => {
      failures.length = 0;
      page = await browser.newPage();
      page.on('response', (answer) => {
        // Without a session, asking for it is 401: that is how the page knows.
        if (answer.status() >= 400 && answer.status() !== 401) failures.push(`${answer.status()} ${answer.url()}`);
      });
      page.on('pageerror', (error) => failures.push(error.message));
    });
    afterEach(async () => {
      await page.context().close();
      expect(failures).toEqual([]);
    });

    const expandAndExecute = async (operation: string): Promise<void> => {
      const block = page.locator(`#${operation}`);
      await block.locator('.opblock-summary-control').click();
      await block.locator('.try-out__btn').click();
      await block.locator('.execute').click();
    };

    it('signs in, and tries a change of the operator API with the session', async () => {
      await page.goto(`${proxy.address}/`);
      await page.click('text=Sign in');
      await page.fill('[name=email]', USER.email);
      await page.fill('[name=password]', USER.password);
      await page.click('#sign-in button');
      await page.click('text=Operator API');
      const changed = page.waitForResponse((answer) => answer.request().method() === 'POST');
      await expandAndExecute('operations-Users-logout');
      const answer = await changed;
      expect({ status: answer.status(), url: answer.url() }).toEqual({
        status: 200,
        url: `${proxy.address}/admin/api/logout`,
      });
    });

    it('asks for a key where there is no session, and uses it', async () => {
      await page.goto(`${proxy.address}/docs/admin`);
      await page.fill('#credential [name=key]', server.adminKey);
      await page.click('#credential button');
      const read = page.waitForResponse((answer) => answer.url() === `${proxy.address}/health/detailed`);
      await expandAndExecute('operations-Operations-health_detailed');
      expect((await read).status()).toBe(200);
    });

    it('says that a key is refused', async () => {
      await page.goto(`${proxy.address}/docs/admin`);
      await page.fill('#credential [name=key]', 'fl_wrong');
      await page.click('#credential button');
      await page.waitForSelector('#problem:not(:empty)');
      expect(await page.locator('#swagger-ui').innerHTML()).toBe('');
    });
  });
});
