import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { TABLES } from '#migrations';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { createTestDatabase, type TestDatabase } from '../../support/databases.js';
import type { TestServer } from '../../support/http.js';
import { onSqliteInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';
import { repeat } from '../../support/statuses.js';

const DAY = 86_400_000;
const COUNT = 30;
const SETTINGS = { FL_METRIC_EVENTS_SENSITIVE: 'email', FL_RETENTION_ENABLED: 'false' };
/** The index of a prediction whose vote is changed, from wrong to correct. */
const VOTED = 3;
/** Differs between two equal databases: a cursor is signed again, the use of keys is noted, growth is sampled. */
const VOLATILE = ['next_cursor', 'last_used_at', 'data_as_of', 'growth'];
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

/** Records something in every table, and returns the ids of the predictions. */
async function fill({ admin, api }: TestServer): Promise<string[]> {
  const ids = await repeat(COUNT, async (i) => {
    const logged = await api.predictions.log({
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
    const { id } = logged.body;
    const answers = [
      logged,
      await api.votes.create(id, { correct: i % 2 === 0, comment: `said ${i}` }),
      await api.labels.create({ prediction_id: id, label: 'x', source: 'system' }),
      await api.metricEvents.create({
        type: 't',
        data: { email: `${i}@example.com`, n: i },
        external_id: `e${i}`,
      }),
    ];
    expect(answers.filter(({ status }) => status !== 201 && status !== 200)).toEqual([]);
    return id;
  });
  await api.predicted();
  const { body } = await api.feedback.create({
    session_id: 's',
    category: 'bug',
    description: 'An umlaut: Ärger',
    url: 'https://a.example/',
    timestamp: 'yesterday',
    api_state: { open: 1 },
    user_id: 'u1',
    screenshot: dataUrl(await plain(300, 200)),
  });
  const triaged = await admin.inbox.triage((await admin.inbox.get(body.id)).body, {
    is_read: true,
    admin_notes: 'seen',
  });
  expect(triaged).toMatchObject({ status: 200 });
  await until(async () => (await admin.inbox.screenshot(body.id, 0)).status === 200);
  expect(await admin.keys.create({ name: 'another', scopes: ['read'] })).toMatchObject({ status: 201 });
  expect(await admin.users.create({ email: 'somebody@example.com', role: 'viewer' })).toMatchObject({ status: 201 });
  expect(await admin.trainingSets.create({ name: 'first' })).toMatchObject({ status: 201 });
  expect(await api.subjects.erase(`u${COUNT - 1}`)).toMatchObject({ status: 200 });
  return ids;
}

/** What a server returns about everything that it has. */
async function answersOf(server: TestServer): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const question of QUESTIONS) {
    const { body, status, text } = await server.request(question);
    expect({ question, status }).toEqual({ question, status: 200 });
    const shown = text.includes('\n{') ? text.trim().split('\n').sort() : body;
    const stable = JSON.stringify(shown, (name, value: unknown) => (VOLATILE.includes(name) ? undefined : value));
    all[question] = JSON.parse(stable);
  }
  const [first] = (await server.admin.inbox.list()).body.data;
  all.history = (await server.admin.inbox.history(first!.id)).body;
  const { bytes } = await server.admin.inbox.screenshot(first!.id, 0);
  all.screenshotWidth = (await sharp(bytes).metadata()).width;
  return all;
}

onSqliteInProcess(
  'the move from SQLite to PostgreSQL',
  ({ database: from, server, startServer }) => {
    let to: TestDatabase;
    let ids: string[];
    const path = () => join(from.folder, 'feedback-loop.db');
    /** Only the address changes: keys, and whatever else is in the data folder, stay. */
    const environment = () => ({
      ...SETTINGS,
      FL_DATA_DIR: from.folder,
      FL_DB_URI: to.environment.FL_DB_URI as string,
    });
    const command = (...args: string[]) => runCliInProcess(args, environment(), from.folder);
    const move = (file = path()) => command('migrate', 'from-sqlite', file, '--json');
    const idsThere = () => to.query('SELECT id FROM predictions ORDER BY id');

    beforeAll(async () => {
      to = await createTestDatabase('postgresql', false);
      ids = await fill(server);
    });
    afterAll(async () => {
      await server.stop();
      await to?.drop();
    });

    it('is refused while a server runs', async () => {
      expect(await move()).toMatchObject({ code: 1, stderr: expect.stringContaining('Stop every server') });
      expect(existsSync(path())).toBe(true);
    });

    it('is refused without a file, and towards SQLite', async () => {
      expect(await move(join(from.folder, 'nowhere.db'))).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no file'),
      });
      const towards = ['migrate', 'from-sqlite', path()];
      expect(await runCliInProcess(towards, from.environment, from.folder)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('FL_DB_URI must name'),
      });
    });

    // S0-F1
    it('takes everything along: same responses, keys and screenshots, and the same number of rows', async () => {
      const before = await answersOf(server);
      await server.stop();
      mkdirSync(join(from.folder, 'copy'));
      copyFileSync(path(), join(from.folder, 'copy', 'feedback-loop.db'));
      const moved = await move();
      expect(moved).toMatchObject({ code: 0, stderr: expect.stringContaining(`predictions: ${COUNT}, all`) });
      const { rows } = JSON.parse(moved.stdout) as { rows: Record<string, number> };
      expect(Object.keys(rows)).toEqual(TABLES);
      const count = async (database: TestDatabase, table: string) =>
        Number((await database.query<{ n: number }>(`SELECT COUNT(*) AS n FROM "${table}"`))[0]!.n);
      for (const table of TABLES) {
        const n = await count(from, table);
        expect({ table, reported: rows[table], there: await count(to, table) }).toEqual({
          table,
          reported: n,
          there: n,
        });
      }

      const next = await startServer({}, { ...to, folder: from.folder, environment: environment() });
      expect(await answersOf(next)).toEqual(before);
      expect(JSON.parse((await command('rollups', 'check', '--json')).stdout)).toMatchObject({ differences: [] });
      // The server goes on: it records, and replaces a vote that came along.
      const prediction = { model: 'm', model_version: 'v1', label: 'l1', confidence: 0.5 };
      expect(await next.api.predictions.log(prediction)).toMatchObject({ status: 201 });
      const voted = ids[VOTED] as string;
      expect(await next.api.votes.create(voted, { correct: true, comment: 'changed' })).toMatchObject({ status: 201 });
      expect((await next.api.votes.export({ format: 'jsonl' })).text).toContain('changed');
      expect((await next.api.predictions.get(voted)).body.votes).toMatchObject({ correct: 1, wrong: 0 });
      await next.stop();
    });

    it('is refused into a database that holds something, which stays as it is', async () => {
      const before = await idsThere();
      expect(await move()).toMatchObject({ code: 1, stderr: expect.stringContaining('holds something already') });
      expect(await idsThere()).toEqual(before);
    });
  },
  { settings: SETTINGS },
);
