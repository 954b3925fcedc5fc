import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { addKey } from '../support/keys.js';
import { ServerProcess } from '../support/server-process.js';

const ENVIRONMENT_KEY = 'an-environment-key-of-more-than-32-characters:with-colon';
const OTHER_TENANT = '00000000-0000-7000-8000-0000000000ff';

const PUBLIC = [
  '/health',
  '/health/liveness',
  '/health/readiness',
  '/health/startup',
  '/api/v1/health',
  '/docs',
  '/docs-json',
];

describe.each(DIALECTS)('keys on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    const limits = { FL_RATE_LIMIT_PER_MINUTE: '100000', FL_RATE_LIMIT_PER_HOUR: '100000' };
    server = await ServerProcess.start(database, { FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read`, ...limits });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  it('writes the first key to admin.key, readable by its owner alone, and not to the log', () => {
    expect(statSync(join(database.folder, 'admin.key')).mode & 0o777).toBe(0o600);
    expect(server.adminKey).toMatch(/^fl_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
    expect(server.log).not.toContain(server.adminKey);
    expect(server.log).toContain('admin.key');
  });

  it('takes a key from the environment, and by either header', async () => {
    expect((await server.request('/api/v1/predict', { key: ENVIRONMENT_KEY, body: { text: 'good' } })).status).toBe(
      200,
    );
    expect(
      (
        await server.request('/api/v1/predict', {
          key: null,
          headers: { 'x-api-key': ENVIRONMENT_KEY },
          body: { text: 'good' },
        })
      ).status,
    ).toBe(200);
    expect((await server.request('/api/v1/predictions', { key: ENVIRONMENT_KEY, body: {} })).status).toBe(403);
    expect(
      (await server.request('/health/detailed', { key: null, headers: { authorization: 'Basic abc' } })).status,
    ).toBe(401);
  });

  it('S2-18 S0-42 shows a tenant nothing of another', async () => {
    const other = await addKey(database, {
      scopes: ['predict', 'ingest', 'read', 'read:text'],
      tenantId: OTHER_TENANT,
    });
    const mine = await server.request<{ id: string }>('/api/v1/predict', {
      body: { text: 'tenant secret', user_id: 'shared' },
    });
    const theirs = await server.request<{ id: string }>('/api/v1/predict', {
      key: other,
      body: { text: 'their words', user_id: 'shared' },
    });
    expect((await server.request(`/api/v1/predictions/${mine.body.id}`, { key: other })).status).toBe(404);
    expect((await server.request(`/api/v1/predictions/${theirs.body.id}`)).status).toBe(404);
    const listed = await server.request<{ data: { id: string }[] }>('/api/v1/predictions?user_id=shared', {
      key: other,
    });
    expect(listed.body.data.map(({ id }) => id)).toEqual([theirs.body.id]);
    const summary = await server.request('/api/v1/analytics/summary', { key: other });
    expect(summary.body.total_predictions).toBe(1);
    const again = await server.request<{ cache_hit: boolean }>('/api/v1/predict', {
      key: other,
      body: { text: 'tenant secret' },
    });
    expect(again.body.cache_hit).toBe(false);
  });

  it('S1-17 answers public routes without a key, and every answer with the security headers', async () => {
    for (const path of PUBLIC) {
      const answer = await server.request(path, { key: null });
      expect([path, answer.status]).toEqual([path, 200]);
    }
    for (const path of ['/health', '/nothing', '/api/v1/predict']) {
      const { headers } = await server.request(path, { key: null });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-xss-protection')).toBe('1; mode=block');
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.get('content-security-policy')).toBeTruthy();
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });
});
