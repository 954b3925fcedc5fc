import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser, servePage } from '../../support/browser.js';
import { onSqlite } from '../../support/environment.js';

const FEEDBACK = { session_id: 's', category: 'bug', description: 'd', url: 'u', timestamp: 't' };

interface Sent {
  path: string;
  method?: string;
  headers: Record<string, string>;
  body: unknown;
}
type Read = { status: number; retryAfter: string | null; body: Record<string, unknown> } | { failed: string };

describeInBrowser('pages in a browser', () => {
  onSqlite(
    'a page of another origin',
    ({ admin, api, server }) => {
      let browser: Browser;
      let site: Awaited<ReturnType<typeof servePage>>;
      let stranger: Awaited<ReturnType<typeof servePage>>;
      let page: Page;
      let key: string;

      beforeAll(async () => {
        browser = await launchBrowser();
        [site, stranger] = await Promise.all([servePage('<p>shop</p>'), servePage('<p>elsewhere</p>')]);
        page = await browser.newPage();
        await page.goto(site.origin);
        const created = await admin.keys.create({
          name: 'page',
          publishable: true,
          // As a person would copy it from the address bar.
          allowed_origins: [`${site.origin.toUpperCase().replace('HTTP', 'http')}/`],
        });
        expect(created).toMatchObject({
          status: 201,
          body: { scopes: ['ingest'], allowed_origins: [site.origin] },
        });
        key = (created.body as { key: string }).key;
      });
      afterAll(async () => {
        await browser?.close();
        await Promise.all([site?.close(), stranger?.close()]);
      });

      const send = (from: Page, { path, method = 'POST', headers, body }: Sent): Promise<Read> =>
        from.evaluate(
          async ([url, init]) => {
            try {
              const response = await fetch(url, init);
              const retryAfter = response.headers.get('retry-after');
              return { status: response.status, retryAfter, body: (await response.json()) as Record<string, unknown> };
            } catch (error) {
              return { failed: String(error) };
            }
          },
          [
            server.address + path,
            { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) },
          ] as const,
        );

      it('reads the answers to a publishable key, errors and limits included', async () => {
        const withKey = (body: unknown, sent = key): Promise<Read> =>
          send(page, { path: '/api/v1/feedback', headers: { 'x-api-key': sent }, body });
        expect(await withKey(FEEDBACK)).toMatchObject({ status: 201, body: { success: true, warnings: [] } });
        expect(await withKey({ ...FEEDBACK, category: 7 })).toMatchObject({
          status: 422,
          body: { errors: [{ path: 'category' }] },
        });
        expect(await withKey(FEEDBACK, `${key.slice(0, -4)}AAAA`)).toMatchObject({ status: 401 });
        let answer: Read = { failed: 'nothing was sent' };
        for (let i = 0; i < 10; i++) answer = await withKey(FEEDBACK);
        expect(answer).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) as unknown });
      });

      it('reads the answer to a feedback token, from any origin', async () => {
        const { feedback_token: token, id } = await api.predicted();
        const other = await browser.newPage();
        await other.goto(stranger.origin);
        const vote = (body: unknown, sent: string): Promise<Read> =>
          send(other, {
            path: `/api/v1/predictions/${id}/feedback`,
            method: 'PUT',
            headers: { 'x-feedback-token': sent },
            body,
          });
        expect(await vote({ correct: true }, token)).toMatchObject({ status: 201, body: { success: true } });
        expect(await vote({ correct: 'yes' }, token)).toMatchObject({ status: 422 });
        expect(await vote({ correct: true }, `${token}x`)).toMatchObject({ status: 401 });
      });

      it('reads nothing when the key does not list its origin', async () => {
        const other = await browser.newPage();
        await other.goto(stranger.origin);
        const answer = await send(other, { path: '/api/v1/feedback', headers: { 'x-api-key': key }, body: FEEDBACK });
        expect(answer).toEqual({ failed: expect.stringContaining('Failed to fetch') as unknown });
      });

      it('reads nothing with a secret key', async () => {
        const secret = server.adminKey;
        const headers = { authorization: `Bearer ${secret}` };
        const answer = await send(page, { path: '/api/v1/feedback', headers, body: FEEDBACK });
        expect(answer).toEqual({ failed: expect.stringContaining('Failed to fetch') as unknown });
      });
    },
    { settings: { FL_FEEDBACK_RATE_LIMIT_PER_HOUR: '5' } },
  );
});

describe('origins of a publishable key', () => {
  onSqlite('origins', ({ admin }) => {
    it.each([
      ['https://App.Example.com/', 'https://app.example.com'],
      ['https://app.example.com:443', 'https://app.example.com'],
      ['http://localhost:3000', 'http://localhost:3000'],
    ])('stores %s as %s', async (origin, stored) => {
      const created = await admin.keys.create({ name: 'page', publishable: true, allowed_origins: [origin] });
      expect(created).toMatchObject({ status: 201, body: { allowed_origins: [stored] } });
    });

    it.each(['https://app.example.com/path', 'app.example.com', 'https://*.example.com', 'ftp://a.example', 'null'])(
      'refuses %s by name',
      async (origin) => {
        const refused = await admin.keys.create({ name: 'page', publishable: true, allowed_origins: [origin] });
        expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'allowed_origins.0' }] } });
      },
    );
  });
});
