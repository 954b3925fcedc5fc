import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { dataUrl, plain } from '../support/pictures.js';
import { ServerProcess } from '../support/server-process.js';

type Json = Record<string, unknown>;
const DAY = 86_400_000;

const linesOf = (path: string): Json[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);

describe.each(DIALECTS)('older systems move in on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, { FL_RETENTION_ENABLED: 'false' });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const importFrom = async (from: string, ...more: string[]) => {
    const result = await runCli(['import', '--from', from, '--json', ...more], database.environment, database.folder);
    if (result.stdout === '') throw new Error(result.stderr);
    return { code: result.code, stderr: result.stderr, reports: JSON.parse(result.stdout) as Json[] };
  };
  const recent = (days: number): string =>
    new Date(Date.now() - days * DAY).toISOString().replace('T', ' ').replace('Z', '');

  it('S0-09 S0-33 metrics.db of the first: every event, columns of its own in its data; twice is once', async () => {
    const path = join(database.folder, 'metrics.db');
    const older = new BetterSqlite3(path);
    older.exec(
      'CREATE TABLE metrics (id INTEGER PRIMARY KEY, metric_type TEXT, data TEXT, user_id TEXT, org_id TEXT, timestamp TEXT, host TEXT)',
    );
    const add = older.prepare('INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?)');
    const yesterday = recent(1);
    add.run(1, 'search', '{"hits":3}', 'u', 'o', yesterday, 'a');
    add.run(2, 'search', '[1,2]', null, null, recent(400), null);
    add.run(3, 'broken', '{}', null, null, 'not a time', null);
    older.close();
    const { code, reports, stderr } = await importFrom(path);
    expect([code, reports]).toMatchObject([
      1,
      [{ table: 'metrics', kind: 'metrics', imported: 2, known: 0, refused: 1, older_than_retention: 1 }],
    ]);
    expect(stderr).toContain('metrics 3: timestamp cannot be read');
    expect(stderr).toContain('FL_RETENTION_DAYS');
    expect((await importFrom(path)).reports).toMatchObject([{ imported: 0, known: 2 }]);
    const { body } = await server.request<{ data: Json[] }>('/api/v1/metrics?type=search');
    expect(body.data).toMatchObject([
      { type: 'search', user_id: 'u', org_id: 'o', data: { hits: 3, host: 'a' } },
      { type: 'search', data: { value: [1, 2] } },
    ]);
    expect(Date.parse(String(body.data[0]?.timestamp))).toBe(Date.parse(`${yesterday.replace(' ', 'T')}Z`));
  });

  it('S0-09 metrics without ids, in one second and in nanoseconds', async () => {
    const path = join(database.folder, 'no-ids.db');
    const older = new BetterSqlite3(path);
    older.exec('CREATE TABLE metrics (name TEXT, value REAL, timestamp INTEGER)');
    const add = older.prepare('INSERT INTO metrics VALUES (?, ?, ?)');
    const second = Math.floor(Date.now() / 1000) - 100;
    for (let i = 0; i < 10; i++) add.run('tick', i, second);
    add.run('tick', 11, 1.7e18);
    older.close();
    expect((await importFrom(path)).reports).toMatchObject([{ imported: 10, refused: 1 }]);
    const { body } = await server.request<{ data: Json[] }>('/api/v1/metrics?type=tick');
    expect(body.data.map(({ data }) => (data as { value: number }).value).sort()).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('S3-02 S3-03 S3-18 feedback.db of the third: notes, states and pictures', async () => {
    const path = join(database.folder, 'feedback.db');
    const older = new BetterSqlite3(path);
    older.exec(`CREATE TABLE feedback_submissions (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, category TEXT NOT NULL,
      description TEXT NOT NULL, url TEXT NOT NULL, timestamp TEXT NOT NULL, browser TEXT, os TEXT, screen_resolution TEXT,
      viewport_size TEXT, has_screenshot INTEGER DEFAULT 0, has_annotation INTEGER DEFAULT 0, annotation_coords TEXT, api_state TEXT,
      created_at TEXT DEFAULT CURRENT_TIMESTAMP, is_read INTEGER DEFAULT 0, is_archived INTEGER DEFAULT 0, admin_notes TEXT NOT NULL);
      CREATE TABLE feedback_screenshots (id INTEGER PRIMARY KEY, feedback_id INTEGER, screenshot_data TEXT, size_kb INTEGER, created_at TEXT)`);
    const add = older.prepare(
      'INSERT INTO feedback_submissions (id, session_id, category, description, url, timestamp, has_screenshot, annotation_coords, api_state, created_at, is_read, admin_notes) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)',
    );
    add.run(7, 's7', 'bug', 'seven', 'https://a.example', 'then', 1, '[[1,2]]', '{"a":1}', recent(2), 1, 'seen');
    add.run(8, 's8', 'idea', 'eight', 'https://a.example', recent(3), 1, null, 'no json', recent(3), 0, '');
    const picture = older.prepare('INSERT INTO feedback_screenshots (feedback_id, screenshot_data) VALUES (?, ?)');
    const url = dataUrl(await plain(40, 30));
    picture.run(7, url);
    picture.run(7, url.slice(url.indexOf(',') + 1));
    picture.run(8, 'bm90IGEgcGljdHVyZQ==');
    older.close();
    const ids = join(database.folder, 'ids.jsonl');
    const { code, reports, stderr } = await importFrom(path, '--ids', ids);
    expect([code, reports, stderr]).toMatchObject([
      0,
      [{ kind: 'feedback', imported: 2, pictures: 2, pictures_refused: 1 }],
      expect.stringContaining('Database'),
    ]);
    expect((await importFrom(path)).reports).toMatchObject([{ imported: 0, known: 2 }]);
    const now = new Map(linesOf(ids).map(({ id, older_id }) => [older_id, String(id)]));
    await until(async () => {
      const item = await server.request<{ screenshots: { state: string }[] }>(`/admin/api/feedback/${now.get(7)}`);
      return item.body.screenshots.length === 2 && item.body.screenshots.every(({ state }) => state === 'ready');
    });
    expect((await server.request<Json>(`/admin/api/feedback/${now.get(7)}`)).body).toMatchObject({
      session_id: 's7',
      description: 'seven',
      timestamp: 'then',
      is_read: true,
      admin_notes: 'seen',
      annotation_coords: [[1, 2]],
      api_state: { a: 1 },
    });
    expect((await server.request<Json>(`/admin/api/feedback/${now.get(8)}`)).body).toMatchObject({
      has_screenshot: false,
      api_state: 'no json',
      admin_notes: null,
    });
    const found = await server.request<{ data: Json[] }>('/admin/api/feedback?q=seven');
    expect(found.body.data).toHaveLength(1);
  });

  it('S3-03 takes what is dirty, and says what it made of it', async () => {
    const path = join(database.folder, 'dirty.db');
    const older = new BetterSqlite3(path);
    older.exec(`CREATE TABLE feedback_submissions (id INTEGER PRIMARY KEY, session_id TEXT, category TEXT, description TEXT, url TEXT,
      timestamp TEXT, browser TEXT, has_screenshot INTEGER, api_state TEXT, created_at TEXT, is_read TEXT);
      CREATE TABLE feedback_screenshots (id INTEGER PRIMARY KEY, feedback_id INTEGER, screenshot_data TEXT);
      CREATE TABLE metrics (id INTEGER PRIMARY KEY, type TEXT, data BLOB, value REAL, timestamp TEXT, created_at TEXT)`);
    const add = older.prepare('INSERT INTO feedback_submissions VALUES (?,?,?,?,?,?,?,?,?,?,?)');
    add.run(1, null, null, 'dirty one', 'https://a.example', null, 'x'.repeat(400), 0, '"str"', recent(1), 'yes');
    const picture = older.prepare('INSERT INTO feedback_screenshots (feedback_id, screenshot_data) VALUES (?, ?)');
    const url = dataUrl(await plain(40, 30));
    picture.run(1, url);
    picture.run(99, url);
    const metric = older.prepare('INSERT INTO metrics VALUES (?,?,?,?,?,?)');
    metric.run(1, 'dirty', Buffer.from('{"value":"inner"}'), 9.5, null, recent(1));
    older.close();
    const ids = join(database.folder, 'dirty-ids.jsonl');
    const first = await importFrom(path, '--ids', ids);
    expect(first.reports).toMatchObject([
      { kind: 'feedback', imported: 1, pictures: 1, pictures_refused: 0, pictures_orphaned: 1, completed: 1 },
      { kind: 'metrics', imported: 1, refused: 0 },
    ]);
    expect(first.stderr).toContain('1 screenshots were not imported, because their feedback is missing');
    expect((await importFrom(path)).reports).toMatchObject([
      { known: 1, pictures: 0 },
      { imported: 0, known: 1 },
    ]);
    const id = linesOf(ids).find(({ table }) => table === 'feedback_submissions')?.id;
    const { body } = await server.request<Json>(`/admin/api/feedback/${String(id)}`);
    expect(body).toMatchObject({ description: 'dirty one', is_read: true, has_screenshot: true, api_state: '"str"' });
    const found = await server.request<{ data: Json[] }>('/api/v1/metrics?type=dirty');
    expect(found.body.data[0]).toMatchObject({ data: { value: 'inner', column_value: 9.5 } });
  });

  it('S4-10 predictions of the fourth in PostgreSQL: the older id lives on as inference_id', async () => {
    const older = await createTestDatabase('postgresql', false);
    const url = String(older.environment.FL_DB_URI);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE TABLE predictions (id uuid PRIMARY KEY, timestamp timestamp NOT NULL, input_text text, predicted_sentiment varchar(20),
      confidence_score float, latency_ms float, model_version varchar(50), cache_hit boolean)`);
    await client.query(
      `INSERT INTO predictions SELECT gen_random_uuid(), (now() AT TIME ZONE 'utc') - n * interval '1 hour', 'text ' || n, 'positive', 0.9, 12.5, 'distilbert-v1', n % 2 = 0 FROM generate_series(1, 1100) n`,
    );
    const { rows } = await client.query<{ id: string; timestamp: string }>(
      'SELECT id, timestamp::text FROM predictions ORDER BY timestamp DESC LIMIT 1',
    );
    await client.end();
    const from = url.replace('postgresql://', 'postgresql+asyncpg://');
    const { code, reports } = await importFrom(from);
    expect([code, reports]).toMatchObject([0, [{ kind: 'predictions', imported: 1100, refused: 0 }]]);
    expect((await importFrom(from)).reports).toMatchObject([{ imported: 0, known: 1100 }]);
    const { body } = await server.request<{ data: Json[] }>('/api/v1/predictions?limit=1');
    expect(body.data[0]).toMatchObject({
      inference_id: rows[0]?.id,
      input_text: 'text 1',
      label: 'positive',
      model_version: 'distilbert-v1',
      latency_ms: 12.5,
      cache_hit: false,
    });
    const newest = Date.parse(`${String(rows[0]?.timestamp).replace(' ', 'T')}Z`);
    expect(Math.abs(Date.parse(String(body.data[0]?.timestamp)) - newest)).toBeLessThan(1);
    const summary = await server.request<Json>('/analytics/summary');
    expect(summary.body).toMatchObject({ total_predictions: 1100 });
    await older.drop();
  });

  it('does not take its own database for an older one', async () => {
    if (dialect === 'sqlite') {
      const { code, stderr } = await runCli(
        ['import', '--from', join(database.folder, 'feedback-loop.db')],
        database.environment,
        database.folder,
      );
      expect([code, stderr]).toEqual([1, expect.stringContaining('no table of a legacy system')]);
    } else {
      const { code, stderr } = await runCli(
        ['import', '--from', String(database.environment.FL_DB_URI)],
        database.environment,
        database.folder,
      );
      expect([code, stderr]).toEqual([1, expect.stringContaining('no table of a legacy system')]);
    }
  });
});
