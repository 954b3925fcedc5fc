import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { TABLES } from '#migrations';
import { type CliResult, runCli } from '../support/cli.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { dataUrl, plain } from '../support/pictures.js';
import { ServerProcess } from '../support/server-process.js';

type Json = Record<string, unknown>;

const DAY = 86_400_000;
const ENVIRONMENT = { FL_METRIC_EVENTS_SENSITIVE: 'email', FL_RETENTION_ENABLED: 'false' };
const QUESTIONS = [
  '/api/v1/predictions?limit=200',
  '/api/v1/metrics?limit=200',
  '/api/v1/analytics/summary',
  '/api/v1/analytics/latency',
  '/api/v1/analytics/models',
  '/api/v1/votes/export?format=jsonl',
  '/api/v1/labels/export?format=jsonl',
  '/admin/api/feedback?q=umlaut',
  '/admin/api/feedback?limit=200',
  '/admin/api/metrics',
  '/admin/api/keys',
  '/admin/api/users',
  '/admin/api/webhooks',
  '/admin/api/retention',
];

describe('moving from SQLite to PostgreSQL', () => {
  let from: TestDatabase;
  let to: TestDatabase;
  let server: ServerProcess;
  let id: string;
  const path = (): string => join(from.folder, 'feedback-loop.db');

  beforeAll(async () => {
    from = await createTestDatabase('sqlite');
    to = await createTestDatabase('postgresql', false);
    server = await ServerProcess.start(from, ENVIRONMENT);
    await plant();
  });
  afterAll(async () => {
    await server?.stop();
    await to?.drop();
  });

  /** The keys, and what else is in the data folder, stay; the address alone changes. */
  const environment = (): Record<string, string> => ({
    ...ENVIRONMENT,
    FL_DATA_DIR: from.folder,
    FL_DB_URI: to.environment.FL_DB_URI as string,
  });
  const move = (file = path()): Promise<CliResult> =>
    runCli(['migrate', 'from-sqlite', file, '--json'], environment(), from.folder);
  const post = async (url: string, body: object, method = 'POST'): Promise<Json> => {
    const answer = await server.request(url, { body, method });
    expect([url, Math.floor(answer.status / 100), answer.text]).toEqual([url, 2, answer.text]);
    return answer.body;
  };

  async function plant(): Promise<void> {
    for (let i = 0; i < 30; i++) {
      const prediction = await post('/api/v1/predictions', {
        model: 'm',
        model_version: `v${i % 2}`,
        label: `l${i % 3}`,
        confidence: i / 40,
        scores: { a: 0.1 + i / 1000 },
        latency_ms: i + 0.123,
        input_text: `Text ${i}, ä “quoted” 🙂\nnew line`,
        metadata: { i, list: [1, null, 'x'], big: 9007199254740991 },
        user_id: `u${i}`,
        timestamp: new Date(Date.now() - i * 3 * DAY).toISOString(),
      });
      id = String(prediction.id);
      await post(`/api/v1/predictions/${id}/feedback`, { correct: i % 2 === 0, comment: `said ${i}` }, 'PUT');
      await post('/api/v1/labels', { prediction_id: id, label: 'x', source: 'system' });
      await post('/api/v1/metrics', { type: 't', data: { email: `${i}@example.com`, n: i }, external_id: `e${i}` });
    }
    await post('/api/v1/predict', { text: 'What a day' });
    const feedback = await post('/api/v1/feedback', {
      session_id: 's',
      category: 'bug',
      description: 'An umlaut: Ärger',
      url: 'https://a.example/',
      timestamp: 'yesterday',
      api_state: { open: 1 },
      user_id: 'u1',
      screenshot: dataUrl(await plain(300, 200)),
    });
    const item = `/admin/api/feedback/${String(feedback.id)}`;
    const triaged = await server.request(item, {
      method: 'PATCH',
      headers: { 'if-match': '*' },
      body: { is_read: true, admin_notes: 'seen' },
    });
    expect(triaged.status).toBe(200);
    await until(async () => (await server.request(`${item}/screenshots/0`)).status === 200);
    await post('/admin/api/keys', { name: 'another', scopes: ['read'] });
    await post('/admin/api/users', { email: 'somebody@example.com', role: 'viewer' });
    await post('/admin/api/training-sets', { name: 'first' });
    expect((await server.request('/api/v1/subjects/u29', { method: 'DELETE' })).status).toBe(200);
  }

  const answers = async (): Promise<Json> => {
    const all: Json = {};
    for (const question of QUESTIONS) {
      const { body, status, text } = await server.request<Json>(question);
      expect([question, status]).toEqual([question, 200]);
      // A cursor is signed anew; keys are noted as used; what grows is sampled.
      all[question] = JSON.parse(
        JSON.stringify(text.includes('\n{') ? text.trim().split('\n').sort() : body, (name, value: unknown) =>
          ['next_cursor', 'last_used_at', 'data_as_of', 'growth'].includes(name) ? undefined : value,
        ),
      );
    }
    const { data } = (await server.request<{ data: { id: string }[] }>('/admin/api/feedback')).body;
    const [first] = data;
    all.history = (await server.request(`/admin/api/feedback/${first!.id}/history`)).body;
    const picture = await fetch(`${server.address}/admin/api/feedback/${first!.id}/screenshots/0`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    all.picture = (await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).width;
    return all;
  };

  it('refuses while a server runs, and what is no database of this version', async () => {
    const running = await move();
    expect([running.code, running.stderr]).toEqual([1, expect.stringContaining('Stop every server')]);
    const nothing = await move(join(from.folder, 'nowhere.db'));
    expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('There is no file')]);
    const backwards = await runCli(['migrate', 'from-sqlite', path()], from.environment, from.folder);
    expect([backwards.code, backwards.stderr]).toEqual([2, expect.stringContaining('FL_DB_URI must name')]);
    expect(existsSync(path())).toBe(true);
  });

  it('S0-F1 takes everything along: the same answers, the same keys, the same pictures', async () => {
    const before = await answers();
    await server.stop();
    const copy = join(from.folder, 'copy');
    mkdirSync(copy);
    copyFileSync(path(), join(copy, 'feedback-loop.db'));
    const moved = await move();
    expect([moved.code, moved.stderr]).toEqual([0, expect.stringContaining('predictions: 30, all')]);
    const { rows } = JSON.parse(moved.stdout) as { rows: Record<string, number> };
    expect(Object.keys(rows)).toEqual(TABLES);
    for (const table of TABLES) {
      const [there] = await to.query<{ n: string }>(`SELECT COUNT(*) AS n FROM "${table}"`);
      const [here] = await from.query<{ n: number }>(`SELECT COUNT(*) AS n FROM "${table}"`);
      expect([table, Number(there!.n), rows[table]]).toEqual([table, here!.n, here!.n]);
    }
    server = await ServerProcess.start({ ...to, folder: from.folder, environment: environment() });
    expect(await answers()).toEqual(before);
    const check = await runCli(['rollups', 'check', '--json'], environment(), from.folder);
    expect(JSON.parse(check.stdout)).toMatchObject({ differences: [] });
    // It goes on: a record is taken, and the vote of one that came along is replaced.
    await post('/api/v1/predictions', { model: 'm', model_version: 'v1', label: 'l1', confidence: 0.5 });
    await post(`/api/v1/predictions/${id}/feedback`, { correct: true, comment: 'changed' }, 'PUT');
  });

  it('does not mix two databases: one that holds something is refused, and left as it is', async () => {
    await server.stop();
    const before = await to.query('SELECT id FROM predictions ORDER BY id');
    const again = await move();
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('holds something already')]);
    expect(await to.query('SELECT id FROM predictions ORDER BY id')).toEqual(before);
  });
});
