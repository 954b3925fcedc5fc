import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const TIME = new Date().toISOString();
const prediction = { model: 'm', model_version: '1', label: 'a', confidence: 0.5, timestamp: TIME };
const metric = { type: 'a', timestamp: TIME, data: {} };
const label = { inference_id: 'i-1', label: 'a', source: 'system' };
const feedback = { session_id: 's', category: 'bug', description: 'd', url: 'u', timestamp: TIME };
/** A character that JavaScript counts as two. */
const wide = '𠮷';
const backslash = '\\';

const KINDS = ['predictions', 'metrics', 'labels', 'feedback'] as const;
type Kind = (typeof KINDS)[number];
/** A line of JSON, and whether it is accepted. */
type Case = [kind: Kind, what: string, line: string, accepted: boolean];

const CASES: Case[] = (
  [
    // Texts
    ['metrics', 'a text that spells an escape', { ...metric, data: { file: 'C:\\udata\\u0000' } }, true],
    ['metrics', 'JSON inside of JSON', { ...metric, data: { body: '{"text": "\\ud83d\\ude00"}' } }, true],
    ['predictions', 'metadata that spells an escape', { ...prediction, metadata: { path: '\\ud83d' } }, true],
    ['feedback', 'a state that spells an escape', { ...feedback, api_state: { a: '\\u0000' } }, true],
    ['feedback', 'drawings that spell an escape', { ...feedback, annotation_coords: ['\\udfff'] }, true],
    ['predictions', 'a label of 33 wide characters', { ...prediction, label: wide.repeat(33) }, true],
    ['predictions', 'a label of 65 wide characters', { ...prediction, label: wide.repeat(65) }, false],
    ['predictions', 'a user of 128 wide characters', { ...prediction, user_id: wide.repeat(128) }, true],
    ['predictions', 'a model of 101 characters', { ...prediction, model: 'm'.repeat(101) }, false],
    ['metrics', 'an external id of 255 wide characters', { ...metric, external_id: wide.repeat(255) }, true],
    ['metrics', 'a type of 65 characters', { ...metric, type: 't'.repeat(65) }, false],
    ['labels', 'a labeller of 128 wide characters', { ...label, labeller: wide.repeat(128) }, true],
    ['feedback', 'a browser of 255 wide characters', { ...feedback, browser: wide.repeat(255) }, true],
    ['feedback', 'a browser of 256 characters', { ...feedback, browser: 'b'.repeat(256) }, false],
    ['feedback', 'a description of 10,001 characters', { ...feedback, description: 'd'.repeat(10_001) }, false],
    // Names
    ['predictions', 'a blank label', { ...prediction, label: ' ' }, false],
    ['predictions', 'a blank user', { ...prediction, user_id: ' ' }, false],
    ['metrics', 'a blank user', { ...metric, user_id: ' ' }, false],
    ['metrics', 'a blank organisation', { ...metric, org_id: '\t' }, false],
    ['labels', 'a blank labeller', { ...label, labeller: ' ' }, false],
    ['labels', 'a blank user', { ...label, user_id: ' ' }, false],
    ['labels', 'an unknown source', { ...label, source: 'guess' }, false],
    ['feedback', 'a blank category', { ...feedback, category: ' ' }, false],
    ['feedback', 'a blank description', { ...feedback, description: '\n' }, false],
    ['predictions', 'a label that is true', { ...prediction, label: true }, false],
    ['predictions', 'a label that is a number', { ...prediction, label: 1 }, false],
    ['metrics', 'a type that is a number', { ...metric, type: 1 }, false],
    ['labels', 'a label that is true', { ...label, label: true }, false],
    ['feedback', 'a category that is a number', { ...feedback, category: 7 }, false],
    ['feedback', 'a time that is a number', { ...feedback, timestamp: 1796032800 }, true],
    // Numbers
    ['predictions', 'a confidence in a text', { ...prediction, confidence: '0.5' }, false],
    ['predictions', 'a latency in a text', { ...prediction, latency_ms: '12' }, false],
    ['metrics', 'a whole number that a double holds', { ...metric, data: { n: 9007199254740992, m: 1e20 } }, true],
    // Times
    ['predictions', 'a time as PostgreSQL prints it', { ...prediction, timestamp: pgTime() }, true],
    ['predictions', 'a time that is a number', { ...prediction, timestamp: 1796032800 }, false],
    ['metrics', 'a time as PostgreSQL prints it', { ...metric, timestamp: pgTime() }, true],
  ] as [Kind, string, object, boolean][]
).map(([kind, what, body, accepted]) => [kind, what, JSON.stringify(body), accepted]);

/** What `JSON.stringify` cannot write. */
const RAW: Case[] = [
  ['metrics', 'a NUL character', line(metric, `"data":{"a":"${backslash}u0000"}`), false],
  ['metrics', 'a lone surrogate', line(metric, `"data":{"a":"${backslash}ud83d"}`), false],
  ['metrics', 'a pair of surrogates', line(metric, `"data":{"a":"${backslash}ud83d${backslash}ude00"}`), true],
  ['metrics', 'a whole number above 2^53', line(metric, '"data":{"id":1983516295378495150}'), false],
  ['metrics', 'one deep inside', line(metric, '"data":{"a":[{"id":-9007199254740993}]}'), false],
  ['predictions', 'one in metadata', line(prediction, '"metadata":{"id":9007199254740993}'), false],
  ['feedback', 'one in a state', line(feedback, '"api_state":{"id":9007199254740993}'), false],
  ['metrics', 'a number that is too large', line(metric, '"data":{"n":1e400}'), false],
];

function line(base: object, more: string): string {
  return `${JSON.stringify(base).slice(0, -1)},${more}}`;
}

function pgTime(): string {
  return TIME.replace('T', ' ').replace('Z', '+00');
}

onBothDatabasesInProcess(
  'records by API and by file',
  ({ api, database, server }) => {
    const cli = (...args: string[]) => runCliInProcess(args, database.environment, database.folder);
    const importing = async (kind: Kind, name: string, content: string | Buffer, ...more: string[]) => {
      const file = join(database.folder, name);
      writeFileSync(file, content);
      const { code, stderr, stdout } = await cli('import', kind, file, '--json', ...more);
      return { code, stderr, report: stdout === '' ? undefined : JSON.parse(stdout) };
    };

    it.each(KINDS)('accept and refuse the same %s', async (kind) => {
      const cases = [...CASES, ...RAW].filter(([each]) => each === kind);
      const expected = cases.map(([, what, , accepted]) => ({ what, accepted }));
      const byApi = [];
      for (const [, what, text] of cases)
        byApi.push({ what, accepted: (await server.request(`/api/v1/${kind}`, { raw: text })).status < 300 });
      expect(byApi).toEqual(expected);
      const refused = join(database.folder, `${kind}.refused`);
      await importing(kind, `${kind}.jsonl`, cases.map(([, , text]) => text).join('\n'), '--refused', refused);
      const lines = readFileSync(refused, 'utf8').trim().split('\n');
      const numbers = new Set(lines.map((text) => (JSON.parse(text) as { line: number }).line));
      expect(cases.map(([, what], i) => ({ what, accepted: !numbers.has(i + 1) }))).toEqual(expected);
    });

    it('name the place of a whole number that would change', async () => {
      expect(await server.request('/api/v1/metrics', { raw: RAW[4]![2] })).toMatchObject({
        status: 400,
        body: { code: 'number_too_large', errors: [{ path: 'data.a.0.id' }] },
      });
      expect(await importing('metrics', 'big.jsonl', RAW[4]![2])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('data.a.0.id must be a whole number'),
      });
    });

    it('find a large number by its text only', async () => {
      await api.metricEvents.create({ type: 'large', data: { id: '1983516295378495150', n: 1e20 } });
      const found = async (query: string): Promise<number> =>
        (await server.request<{ data: unknown[] }>(`/api/v1/metrics?type=large&${query}`)).body.data.length;
      expect(await found('data.id=1983516295378495150')).toBe(1);
      expect(await found('data.id=1983516295378495168')).toBe(0);
      expect(await found('data.n=100000000000000000000')).toBe(1);
    });

    it('read the cells of CSV as decimal numbers, and refuse others', async () => {
      const rows = ['0x1', '1e-1', ' 0.5 ', 'true', ''].map((confidence) => `m,1,csv,${confidence},${TIME}`);
      const { report, stderr } = await importing(
        'predictions',
        'numbers.csv',
        ['model,model_version,label,confidence,timestamp', ...rows].join('\n'),
      );
      expect(report).toMatchObject({ imported: 3, refused: 2 });
      expect(stderr).toContain('line 2: confidence must be a number');
    });

    it('read JSON in cells of CSV by the same rules', async () => {
      const cells = ['{"id":9007199254740993}', '{"file":"C:\\\\udata"}', `{"a":"${backslash}u0000"}`];
      const rows = cells.map((data) => `csv-json,${TIME},"${data.replaceAll('"', '""')}"`);
      const { report, stderr } = await importing('metrics', 'json.csv', ['type,timestamp,data', ...rows].join('\n'));
      expect(report).toMatchObject({ imported: 1, refused: 2 });
      expect(stderr).toContain('line 2: data.id must be a whole number');
    });

    it('refuse a CSV file whose first line names a column twice', async () => {
      const head = 'model,model_version,label,label,confidence,timestamp';
      expect(await importing('predictions', 'twice.csv', `${head}\nm,1,a,b,0.5,${TIME}\n`)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('names the column label twice'),
      });
    });

    it('read a CSV file with mixed line ends', async () => {
      const row = `m,1,"mixed\r\nends",0.5,${TIME}`;
      const head = 'model,model_version,label,confidence,timestamp';
      const { report } = await importing(
        'predictions',
        'mixed.csv',
        `${head}\r\n${row}\n${row}\n${row}\r\n${row}\r${row}`,
      );
      expect(report).toMatchObject({ imported: 5, refused: 0, lines: 11 });
    });

    it('refuse a line of CSV that is not UTF-8, and read it in its encoding', async () => {
      const head = 'model,model_version,label,confidence,timestamp';
      const file = Buffer.from(`${head}\nm,1,café,0.5,${TIME}\nm,1,tea,0.5,${TIME}\n`, 'latin1');
      const refused = await importing('predictions', 'latin.csv', file);
      expect(refused.report).toMatchObject({ imported: 1, refused: 1 });
      expect(refused.stderr).toContain('line 2: label is not valid UTF-8');
      expect(refused.stderr).toContain('--encoding');
      expect(await importing('predictions', 'latin.csv', file, '--encoding', 'windows-1252')).toMatchObject({
        code: 0,
        report: { imported: 1, known: 1, refused: 0 },
      });
      const utf16 = Buffer.from(`\ufeff${head}\r\nm,1,naïve,0.5,${TIME}\r\n`, 'utf16le');
      expect(await importing('predictions', 'wide.csv', utf16)).toMatchObject({ report: { imported: 1 } });
      expect(await importing('predictions', 'latin.csv', file, '--encoding', 'klingon')).toMatchObject({ code: 2 });
      for (const wanted of ['café', 'naïve', 'tea'])
        expect((await api.predictions.list({ label: wanted })).body.data).toHaveLength(1);
      expect((await api.predictions.list({ limit: 1000 })).text).not.toContain('\ufffd');
    });

    it('refuse a line of JSON that is not UTF-8, and read it in its encoding', async () => {
      const file = Buffer.from(`${JSON.stringify({ ...metric, type: 'jsonl', data: { a: 'café' } })}\n`, 'latin1');
      expect(await importing('metrics', 'latin.jsonl', file)).toMatchObject({ code: 1, report: { refused: 1 } });
      expect(await importing('metrics', 'latin.jsonl', file, '--encoding', 'latin1')).toMatchObject({
        report: { imported: 1 },
      });
      expect((await api.metricEvents.list({ type: 'jsonl' })).body.data).toMatchObject([{ data: { a: 'café' } }]);
    });

    it('take what a legacy database holds by the same rules', async () => {
      const path = join(database.folder, 'metrics.db');
      const legacy = new BetterSqlite3(path);
      legacy.exec(
        'CREATE TABLE metrics (id INTEGER PRIMARY KEY, metric_type TEXT, data TEXT, user_id INTEGER, timestamp INTEGER, size INTEGER)',
      );
      const add = legacy.prepare('INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)');
      const now = Math.floor(Date.now() / 1000);
      add.run(1, 'legacy', '{"path":"C:\\\\udata"}', 9007199254740993n, now, 1);
      add.run(2, 'legacy', '{}', null, now, 9007199254740993n);
      add.run(3, 'legacy', '{"id":1983516295378495150}', null, now, null);
      add.run(4, 'legacy', Buffer.from('{"drink":"café"}', 'latin1'), null, now, null);
      legacy
        .prepare("INSERT INTO metrics VALUES (5, 'legacy', CAST(? AS TEXT), NULL, ?, NULL)")
        .run(Buffer.from('{"drink":"thé"}', 'latin1'), now);
      legacy.close();
      const first = await cli('import', '--from', path, '--json');
      expect(JSON.parse(first.stdout)).toMatchObject([{ imported: 1, refused: 4 }]);
      expect(first.stderr).toContain('metrics 2: data.size must be a whole number');
      expect(first.stderr).toContain('metrics 3: data.id must be a whole number');
      expect(first.stderr).toContain('metrics 4: data is not valid UTF-8');
      expect(first.stderr).toContain('metrics 5: data is not valid UTF-8');
      const second = await cli('import', '--from', path, '--json', '--encoding', 'windows-1252');
      expect(JSON.parse(second.stdout)).toMatchObject([{ imported: 2, known: 1, refused: 2 }]);
      const { body } = await api.metricEvents.list({ type: 'legacy' });
      expect(body.data).toContainEqual(
        expect.objectContaining({ user_id: '9007199254740993', data: { path: 'C:\\udata', size: 1 } }),
      );
      expect(body.data.map(({ data }) => data.drink)).toEqual(expect.arrayContaining(['café', 'thé']));
    });

    it('keep the text of legacy feedback, and cut what stands beside it at whole characters', async () => {
      const path = join(database.folder, 'feedback.db');
      const legacy = new BetterSqlite3(path);
      legacy.exec(
        'CREATE TABLE feedback_submissions (id INTEGER PRIMARY KEY, session_id TEXT, category TEXT, description TEXT, url TEXT, timestamp TEXT, browser TEXT, os TEXT, created_at TEXT)',
      );
      legacy
        .prepare("INSERT INTO feedback_submissions VALUES (1, ?, '  ', ?, 'u', ' ', ?, ?, ?)")
        .run(wide.repeat(129), 'long '.repeat(3000), `${'b'.repeat(254)}${wide}${wide}`, 'o'.repeat(300), TIME);
      legacy.close();
      const { stdout } = await cli('import', '--from', path, '--json');
      expect(JSON.parse(stdout)).toMatchObject([{ imported: 1, refused: 0, completed: 1 }]);
      const file = join(database.folder, 'legacy-feedback.jsonl');
      expect(await cli('export', 'feedback', '--to', file)).toMatchObject({ code: 0 });
      const { body } = await server.request<{ data: { session_id: string; browser: string; description: string }[] }>(
        '/admin/api/feedback?category=other',
      );
      expect(body.data).toMatchObject([
        { session_id: wide.repeat(128), browser: `${'b'.repeat(254)}${wide}`, os: 'o'.repeat(255) },
      ]);
      // What the product exports, it imports, even if the API would refuse its length.
      const again = await cli('import', 'feedback', file, '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ refused: 0 });
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false', FL_FEEDBACK_RATE_LIMIT_PER_HOUR: '1000' } },
);
