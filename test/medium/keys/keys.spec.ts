import { statSync } from 'node:fs';
import { join } from 'node:path';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { addKey } from '../../support/keys.js';

const ENVIRONMENT_KEY = 'an-environment-key-of-more-than-32-characters:with-colon';
const OTHER_TENANT = '00000000-0000-7000-8000-0000000000ff';

onBothDatabasesInProcess(
  'keys',
  ({ api, admin, database, server }) => {
    it('writes the first key to admin.key, readable by its owner alone, and not to the log', () => {
      expect(statSync(join(database.folder, 'admin.key')).mode & 0o777).toBe(0o600);
      expect(server.adminKey).toMatch(/^fl_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
      expect(server.log).not.toContain(server.adminKey);
      expect(server.log).toContain('admin.key');
    });

    it('takes a key from the environment, and by either header', async () => {
      const body = { text: 'good' };
      const byHeader = { key: null, headers: { 'x-api-key': ENVIRONMENT_KEY } };
      expect(await api.predict(body, { key: ENVIRONMENT_KEY })).toMatchObject({ status: 200 });
      expect(await api.predict(body, byHeader)).toMatchObject({ status: 200 });
    });

    it('refuses a key without the scope, and what is no key', async () => {
      const prediction = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
      const basic = { key: null, headers: { authorization: 'Basic abc' } };
      expect(await api.predictions.log(prediction, { key: ENVIRONMENT_KEY })).toMatchObject({ status: 403 });
      expect(await admin.health(basic)).toMatchObject({ status: 401 });
    });

    // S2-18 S0-42
    it('shows a tenant nothing of another', async () => {
      const other = api.as(
        await addKey(database, { scopes: ['predict', 'ingest', 'read', 'read:text'], tenantId: OTHER_TENANT }),
      );
      const mine = await api.predict({ text: 'tenant secret', user_id: 'shared' });
      const theirs = await other.predict({ text: 'their words', user_id: 'shared' });
      expect(await other.predictions.get(mine.body.id!)).toMatchObject({ status: 404 });
      expect(await api.predictions.get(theirs.body.id!)).toMatchObject({ status: 404 });
      const listed = await other.predictions.list({ user_id: 'shared' });
      expect(listed.body.data.map(({ id }) => id)).toEqual([theirs.body.id]);
      expect(await other.analytics.summary()).toMatchObject({ body: { total_predictions: 1 } });
      expect(await other.predict({ text: 'tenant secret' })).toMatchObject({ body: { cache_hit: false } });
    });

    // S1-17
    it.each([
      '/health',
      '/health/liveness',
      '/health/readiness',
      '/health/startup',
      '/api/v1/health',
      '/docs',
      '/docs-json',
    ])('answers %s without a key', async (path) => {
      expect(await server.request(path, { key: null })).toMatchObject({ status: 200 });
    });

    // S1-17
    it.each(['/health', '/nothing', '/api/v1/predict'])('sends the security headers with %s', async (path) => {
      const { headers } = await server.request(path, { key: null });
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'x-xss-protection': '1; mode=block',
        'strict-transport-security': expect.stringContaining('max-age='),
        'content-security-policy': expect.stringContaining('default-src'),
        'referrer-policy': 'no-referrer',
      });
    });
  },
  { settings: { FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read` } },
);
