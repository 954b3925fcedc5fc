import { onSqliteInProcess } from '../../support/in-process-environment.js';

const APP = 'https://app.example.com';
const SUMMARY = '/api/v1/analytics/summary';

onSqliteInProcess(
  'pages of other origins',
  ({ server }) => {
    const preflight = (origin: string, path = SUMMARY) =>
      server.request(path, {
        method: 'OPTIONS',
        key: null,
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    const get = (origin: string, key?: null) => server.request(SUMMARY, { key, headers: { origin } });

    // S1-18
    it('may call the API when they are listed', async () => {
      const asked = await preflight(APP);
      expect({ status: asked.status, ...Object.fromEntries(asked.headers) }).toMatchObject({
        status: 204,
        'access-control-allow-origin': APP,
        'access-control-allow-headers': expect.stringContaining('Authorization'),
      });
      expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
      const answer = await get(APP);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
    });

    // S1-18
    it('may not call it when they are not listed', async () => {
      for (const answer of [await preflight('https://evil.example.com'), await get('https://evil.example.com')]) {
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('vary')).toContain('Origin');
      }
    });

    it('may ask where publishable keys write, because a preflight does not name the key', async () => {
      const { headers } = await preflight('https://shop.example.com', '/api/v1/feedback');
      expect(headers.get('access-control-allow-origin')).toBe('https://shop.example.com');
    });

    it('may read errors', async () => {
      const refused = await get(APP, null);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('access-control-allow-origin')).toBe(APP);
    });
  },
  { settings: { FL_CORS_ORIGINS: APP } },
);
