import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { linesOf } from '../../support/api/caller.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { createTestDatabase } from '../../support/databases.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';

type Json = Record<string, unknown>;
const DAY = 86_400_000;
const METRICS =
  'CREATE TABLE metrics (id INTEGER PRIMARY KEY, metric_type TEXT, data TEXT, user_id TEXT, org_id TEXT, timestamp TEXT, host TEXT)';
const FEEDBACK = `CREATE TABLE feedback_submissions (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL,
  category TEXT NOT NULL, description TEXT NOT NULL, url TEXT NOT NULL, timestamp TEXT NOT NULL, browser TEXT, os TEXT,
  screen_resolution TEXT, viewport_size TEXT, has_screenshot INTEGER DEFAULT 0, has_annotation INTEGER DEFAULT 0,
  annotation_coords TEXT, api_state TEXT, created_at TEXT DEFAULT CURRENT_TIMESTAMP, is_read INTEGER DEFAULT 0,
  is_archived INTEGER DEFAULT 0, admin_notes TEXT NOT NULL);
CREATE TABLE feedback_screenshots (id INTEGER PRIMARY KEY, feedback_id INTEGER, screenshot_data TEXT, size_kb INTEGER, created_at TEXT)`;
/** Every column may be empty, and has a type that does not fit. */
const DIRTY = `CREATE TABLE feedback_submissions (id INTEGER PRIMARY KEY, session_id TEXT, category TEXT,
  description TEXT, url TEXT, timestamp TEXT, browser TEXT, has_screenshot INTEGER, api_state TEXT, created_at TEXT, is_read TEXT);
CREATE TABLE feedback_screenshots (id INTEGER PRIMARY KEY, feedback_id INTEGER, screenshot_data TEXT);
CREATE TABLE metrics (id INTEGER PRIMARY KEY, type TEXT, data BLOB, value REAL, timestamp TEXT, created_at TEXT)`;
const PREDICTIONS = `CREATE TABLE predictions (id uuid PRIMARY KEY, timestamp timestamp NOT NULL, input_text text,
  predicted_sentiment varchar(20), confidence_score float, latency_ms float, model_version varchar(50), cache_hit boolean)`;

/** A time as the legacy systems wrote it. */
const daysAgo = (days: number): string =>
  new Date(Date.now() - days * DAY).toISOString().replace('T', ' ').replace('Z', '');
const timeOf = (written: string): number => Date.parse(`${written.replace(' ', 'T')}Z`);

onBothDatabasesInProcess(
  'import from a legacy system',
  ({ admin, api, database, dialect, server }) => {
    const command = (from: string, ...more: string[]) =>
      runCliInProcess(['import', '--from', from, ...more], database.environment, database.folder);
    const importFrom = async (from: string, ...more: string[]) => {
      const { code, stderr, stdout } = await command(from, '--json', ...more);
      if (stdout === '') throw new Error(stderr);
      return { code, stderr, reports: JSON.parse(stdout) as Json[] };
    };
    /** Makes a SQLite file as a legacy system left it, and returns its path. */
    const legacyFile = (name: string, schema: string, fill: (file: BetterSqlite3.Database) => void): string => {
      const path = join(database.folder, name);
      const file = new BetterSqlite3(path);
      file.exec(schema);
      fill(file);
      file.close();
      return path;
    };

    // S0-09 S0-33
    it('takes every metric of metrics.db, with other columns in its data; twice is once', async () => {
      const yesterday = daysAgo(1);
      const path = legacyFile('metrics.db', METRICS, (file) => {
        const add = file.prepare('INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?)');
        add.run(1, 'search', '{"hits":3}', 'u', 'o', yesterday, 'a');
        add.run(2, 'search', '[1,2]', null, null, daysAgo(400), null);
        add.run(3, 'broken', '{}', null, null, 'not a time', null);
      });
      const { stderr, ...first } = await importFrom(path);
      expect(first).toMatchObject({
        code: 1,
        reports: [{ table: 'metrics', kind: 'metrics', imported: 2, known: 0, refused: 1, older_than_retention: 1 }],
      });
      expect(stderr).toContain('metrics 3: timestamp cannot be read');
      expect(stderr).toContain('FL_RETENTION_DAYS');
      expect(await importFrom(path)).toMatchObject({ reports: [{ imported: 0, known: 2 }] });

      const { data } = (await api.metricEvents.list({ type: 'search' })).body;
      expect(data).toMatchObject([
        { type: 'search', user_id: 'u', org_id: 'o', data: { hits: 3, host: 'a' } },
        { type: 'search', data: { value: [1, 2] } },
      ]);
      expect(Date.parse(data[0]!.timestamp)).toBe(timeOf(yesterday));
    });

    // S0-09
    it('takes metrics without ids, of one second, and refuses a time in nanoseconds', async () => {
      const second = Math.floor(Date.now() / 1000) - 100;
      const path = legacyFile(
        'no-ids.db',
        'CREATE TABLE metrics (name TEXT, value REAL, timestamp INTEGER)',
        (file) => {
          const add = file.prepare('INSERT INTO metrics VALUES (?, ?, ?)');
          for (let i = 0; i < 10; i++) add.run('tick', i, second);
          add.run('tick', 11, 1.7e18);
        },
      );
      expect(await importFrom(path)).toMatchObject({ reports: [{ imported: 10, refused: 1 }] });
      const { data } = (await api.metricEvents.list({ type: 'tick' })).body;
      expect(data.map((event) => event.data.value).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    // S3-02 S3-03 S3-18
    it('takes the feedback of feedback.db with notes, states and screenshots', async () => {
      const url = dataUrl(await plain(40, 30));
      const path = legacyFile('feedback.db', FEEDBACK, (file) => {
        const add = file.prepare(
          'INSERT INTO feedback_submissions (id, session_id, category, description, url, timestamp, has_screenshot, annotation_coords, api_state, created_at, is_read, admin_notes) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)',
        );
        add.run(7, 's7', 'bug', 'seven', 'https://a.example', 'then', 1, '[[1,2]]', '{"a":1}', daysAgo(2), 1, 'seen');
        add.run(8, 's8', 'idea', 'eight', 'https://a.example', daysAgo(3), 1, null, 'no json', daysAgo(3), 0, '');
        const screenshot = file.prepare(
          'INSERT INTO feedback_screenshots (feedback_id, screenshot_data) VALUES (?, ?)',
        );
        screenshot.run(7, url);
        screenshot.run(7, url.slice(url.indexOf(',') + 1));
        screenshot.run(8, 'bm90IGEgcGljdHVyZQ==');
      });
      const ids = join(database.folder, 'ids.jsonl');
      expect(await importFrom(path, '--ids', ids)).toMatchObject({
        code: 0,
        reports: [{ kind: 'feedback', imported: 2, pictures: 2, pictures_refused: 1 }],
        stderr: expect.stringContaining('Database'),
      });
      expect(await importFrom(path)).toMatchObject({ reports: [{ imported: 0, known: 2 }] });

      const lines = linesOf<{ id: string; older_id: number }>({ text: readFileSync(ids, 'utf8') });
      const [seven, eight] = [7, 8].map((id) => lines.find(({ older_id }) => older_id === id)!.id) as [string, string];
      await until(async () => {
        const { screenshots } = (await admin.inbox.get(seven)).body;
        return screenshots.length === 2 && screenshots.every(({ state }) => state === 'ready');
      });
      expect(await admin.inbox.get(seven)).toMatchObject({
        body: {
          session_id: 's7',
          description: 'seven',
          timestamp: 'then',
          is_read: true,
          admin_notes: 'seen',
          annotation_coords: [[1, 2]],
          api_state: { a: 1 },
        },
      });
      expect(await admin.inbox.get(eight)).toMatchObject({
        body: { has_screenshot: false, api_state: 'no json', admin_notes: null },
      });
      expect((await admin.inbox.list({ q: 'seven' })).body.data).toHaveLength(1);
    });

    // S3-03
    it('takes incomplete and wrong values, and reports what it changed', async () => {
      const url = dataUrl(await plain(40, 30));
      const path = legacyFile('dirty.db', DIRTY, (file) => {
        file
          .prepare('INSERT INTO feedback_submissions VALUES (?,?,?,?,?,?,?,?,?,?,?)')
          .run(1, null, null, 'dirty one', 'https://a.example', null, 'x'.repeat(400), 0, '"str"', daysAgo(1), 'yes');
        const screenshot = file.prepare(
          'INSERT INTO feedback_screenshots (feedback_id, screenshot_data) VALUES (?, ?)',
        );
        screenshot.run(1, url);
        screenshot.run(99, url);
        file
          .prepare('INSERT INTO metrics VALUES (?,?,?,?,?,?)')
          .run(1, 'dirty', Buffer.from('{"value":"inner"}'), 9.5, null, daysAgo(1));
      });
      const ids = join(database.folder, 'dirty-ids.jsonl');
      expect(await importFrom(path, '--ids', ids)).toMatchObject({
        reports: [
          { kind: 'feedback', imported: 1, pictures: 1, pictures_refused: 0, pictures_orphaned: 1, completed: 1 },
          { kind: 'metrics', imported: 1, refused: 0 },
        ],
        stderr: expect.stringContaining('1 screenshots were not imported, because their feedback is missing'),
      });
      expect(await importFrom(path)).toMatchObject({
        reports: [
          { known: 1, pictures: 0 },
          { imported: 0, known: 1 },
        ],
      });
      const lines = linesOf<{ id: string; table: string }>({ text: readFileSync(ids, 'utf8') });
      const { id } = lines.find(({ table }) => table === 'feedback_submissions')!;
      expect(await admin.inbox.get(id)).toMatchObject({
        body: { description: 'dirty one', is_read: true, has_screenshot: true, api_state: '"str"' },
      });
      expect((await api.metricEvents.list({ type: 'dirty' })).body.data[0]).toMatchObject({
        data: { value: 'inner', column_value: 9.5 },
      });
    });

    // S4-10
    it('takes predictions from PostgreSQL, whose ids become inference ids', async () => {
      const legacy = await createTestDatabase('postgresql', false);
      const url = legacy.environment.FL_DB_URI as string;
      await legacy.query(PREDICTIONS);
      await legacy.query(
        `INSERT INTO predictions SELECT gen_random_uuid(), (now() AT TIME ZONE 'utc') - n * interval '1 hour',
           'text ' || n, 'positive', 0.9, 12.5, 'distilbert-v1', n % 2 = 0 FROM generate_series(1, 1100) n`,
      );
      const [newest] = await legacy.query<{ id: string; timestamp: string }>(
        'SELECT id, timestamp::text FROM predictions ORDER BY timestamp DESC LIMIT 1',
      );
      const from = url.replace('postgresql://', 'postgresql+asyncpg://');
      expect(await importFrom(from)).toMatchObject({
        code: 0,
        reports: [{ kind: 'predictions', imported: 1100, refused: 0 }],
      });
      expect(await importFrom(from)).toMatchObject({ reports: [{ imported: 0, known: 1100 }] });
      await legacy.drop();

      const [found] = (await api.predictions.list({ limit: 1 })).body.data;
      expect(found).toMatchObject({
        inference_id: newest!.id,
        input_text: 'text 1',
        label: 'positive',
        model_version: 'distilbert-v1',
        latency_ms: 12.5,
        cache_hit: false,
      });
      expect(Math.abs(Date.parse(found!.timestamp) - timeOf(newest!.timestamp))).toBeLessThan(1);
      expect(await server.request('/analytics/summary')).toMatchObject({ body: { total_predictions: 1100 } });
    });

    it('refuses its own database', async () => {
      const own = {
        sqlite: join(database.folder, 'feedback-loop.db'),
        postgresql: database.environment.FL_DB_URI as string,
      };
      expect(await command(own[dialect])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('no table of a legacy system'),
      });
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
