import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

type Json = Record<string, unknown>;
/** Records in one run: a run starts several commands. */
const RECORDS = 25;
const RUNS = 1;
const SECONDS = 120;

const TRICKY = [
  'C:\\udata\\u0000',
  '{"text": "\\ud83d\\ude00"}',
  '=SUM(A1)',
  "'=1",
  "''+1",
  '＝1',
  'null',
  'true',
  '0x1',
  '1e400',
  '007',
  '9007199254740993',
  ' a ',
  'é',
  'é',
  '𠮷👩‍👩‍👧',
  '"quoted", with ; and\ttab',
  'two\r\nlines\nand\rmore',
  '\u2028\ufeff\ufffd\u0085',
];
/** Any text that the API stores, so without NUL and lone surrogates. */
const text = (max: number, min = 0) =>
  fc
    .oneof(
      fc.constantFrom(...TRICKY),
      fc.string({ unit: 'grapheme', minLength: min, maxLength: max }),
      fc.string({ unit: 'binary', minLength: min, maxLength: max }),
    )
    .map((value) => [...value.replaceAll('\0', ' ').toWellFormed()].slice(0, max).join(''));
const name = (max: number) => text(max, 1).filter((value) => value.trim() !== '');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const number = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(1e20, 1e21, 2 ** 53, -(2 ** 60), 5e-324, 1.7976931348623157e308),
  )
  .map((value) => (Object.is(value, -0) ? 0 : value));
const key = text(20, 1).filter((value) => !['__proto__', 'constructor'].includes(value));
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    optional(fc.oneof(text(30), number, fc.boolean())),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(key, json, { maxKeys: 5, noNullPrototype: true });
const time = fc
  .integer({ min: Date.now() - 20 * 86_400_000, max: Date.now() - 60_000 })
  .map((at) => new Date(at).toISOString());
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));

const KINDS: Record<'predictions' | 'metrics' | 'labels' | 'feedback', fc.Arbitrary<Json>> = {
  predictions: fc.record({
    model: name(100),
    model_version: name(100),
    label: name(64),
    confidence: optional(share),
    scores: optional(fc.dictionary(name(20), share, { minKeys: 1, maxKeys: 4, noNullPrototype: true })),
    input_text: optional(name(200)),
    latency_ms: optional(fc.double({ min: 0, max: 86_400_000, noNaN: true }).map((value) => value || 0)),
    user_id: optional(name(128)),
    session_id: optional(name(128)),
    metadata: optional(object),
    timestamp: time,
  }),
  metrics: fc.record({
    type: name(64),
    data: object,
    user_id: optional(name(128)),
    org_id: optional(name(128)),
    timestamp: time,
  }),
  labels: fc.record({
    label: name(64),
    source: fc.constantFrom('system', 'import', 'review'),
    labeller: optional(name(128)),
    user_id: optional(name(128)),
  }),
  feedback: fc.record({
    session_id: name(128),
    category: name(64).map((value) => value.trim()),
    description: name(300),
    url: name(200),
    timestamp: fc.oneof(name(100), time, fc.integer({ min: 1, max: 1e13 })),
    browser: optional(name(255)),
    os: optional(name(255)),
    screen_resolution: optional(name(64)),
    viewport_size: optional(name(64)),
    user_id: optional(name(128)),
    api_state: optional(json),
    annotation_coords: optional(json),
  }),
};
type Kind = keyof typeof KINDS;
/** Field that finds a record again, whose value is the same everywhere. */
const MARKS: Record<Kind, string> = {
  predictions: 'inference_id',
  metrics: 'external_id',
  labels: 'inference_id',
  feedback: 'url',
};

const TABLES: Record<Kind, readonly string[]> = {
  predictions: ['predictions'],
  metrics: ['metric_events', 'metric_event_keys'],
  labels: ['prediction_labels'],
  feedback: ['feedback_submissions'],
};

onBothDatabasesInProcess(
  'records of any values',
  ({ admin, database, server }) => {
    const cli = async (...args: string[]) => {
      const { code, stderr, stdout } = await runCliInProcess(
        [...args, '--json'],
        database.environment,
        database.folder,
      );
      return { code, stderr, report: (stdout === '' ? {} : JSON.parse(stdout)) as Json };
    };
    let files = 0;
    const fileOf = (format: string): string => join(database.folder, `any-${files++}.${format}`);

    /** Returns the exported records with these marks, by mark, without what each import decides again. */
    const exported = async (kind: Kind, marks: readonly string[]): Promise<Map<string, Json>> => {
      const file = fileOf('jsonl');
      expect(await cli('export', kind, '--to', file)).toMatchObject({ code: 0 });
      const records = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Json)
        .filter((record) => marks.includes(String(record[MARKS[kind]])));
      return new Map(records.map((record) => [String(record[MARKS[kind]]), record]));
    };
    const remove = async (kind: Kind): Promise<void> => {
      for (const table of TABLES[kind]) await database.query(`DELETE FROM ${table}`);
    };

    it.each(Object.keys(KINDS) as Kind[])(
      'are equal by API, JSON lines and CSV: %s',
      async (kind) => {
        await fc.assert(
          fc.asyncProperty(fc.array(KINDS[kind], { minLength: RECORDS, maxLength: RECORDS }), async (values) => {
            const sent = values.map((value) => ({ ...value, [MARKS[kind]]: randomUUID() }) as Json);
            const marks = sent.map((body) => String(body[MARKS[kind]]));
            // By the API.
            for (const body of sent) {
              const { status, text: answer } = await server.request(`/api/v1/${kind}`, { body });
              expect({ status: status < 300, body, answer }).toMatchObject({ status: true });
            }
            const byApi = await exported(kind, marks);
            expect(byApi.size).toBe(RECORDS);
            for (const body of sent) {
              const record = byApi.get(String(body[MARKS[kind]]));
              const { timestamp, ...rest } = body;
              expect(record).toMatchObject(rest);
              if (kind !== 'feedback') expect(record?.timestamp ?? undefined).toBe(timestamp);
            }
            // By files of the product.
            for (const format of ['jsonl', 'csv']) {
              const file = fileOf(format);
              expect(await cli('export', kind, '--to', file)).toMatchObject({ code: 0 });
              await remove(kind);
              expect(await cli('import', kind, file)).toMatchObject({ code: 0, report: { refused: 0 } });
              expect(comparable(await exported(kind, marks))).toEqual(comparable(byApi));
            }
            // By files that another program writes.
            await remove(kind);
            const file = fileOf('jsonl');
            writeFileSync(file, sent.map((body) => JSON.stringify(body)).join('\n'));
            expect(await cli('import', kind, file)).toMatchObject({
              code: 0,
              report: { imported: RECORDS, refused: 0 },
            });
            expect(comparable(await exported(kind, marks), OWN)).toEqual(comparable(byApi, OWN));
            await remove(kind);
          }),
          { numRuns: RUNS, endOnFailure: true },
        );
      },
      SECONDS * 1000,
    );

    it(
      'are equal from legacy databases',
      async () => {
        const row = fc.record({
          type: name(64),
          data: object.filter((data) => !('value' in data)),
          user_id: optional(name(128)),
          org_id: optional(name(128)),
          timestamp: time,
          asBytes: fc.boolean(),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(row, { minLength: RECORDS, maxLength: RECORDS }), async (rows) => {
            await remove('metrics');
            const path = fileOf('db');
            const legacy = new BetterSqlite3(path);
            legacy.exec(
              'CREATE TABLE metrics (id INTEGER PRIMARY KEY, metric_type TEXT, data, user_id TEXT, org_id TEXT, timestamp TEXT)',
            );
            const add = legacy.prepare('INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)');
            for (const [i, { asBytes, data, org_id, timestamp, type, user_id }] of rows.entries()) {
              const stored = JSON.stringify(data);
              add.run(i, type, asBytes ? Buffer.from(stored) : stored, user_id, org_id, timestamp);
            }
            legacy.close();
            const { report, stderr } = await cli('import', '--from', path);
            expect({ report, stderr }).toMatchObject({ report: [{ imported: RECORDS, refused: 0 }] });
            const { data: found } = (await server.request<{ data: Json[] }>('/api/v1/metrics?limit=1000')).body;
            const view = ({ data, org_id, timestamp, type, user_id }: Json): string =>
              JSON.stringify([type, sorted(data), user_id, org_id, timestamp]);
            expect(found.map(view).sort()).toEqual(rows.map(view).sort());
          }),
          { numRuns: RUNS, endOnFailure: true },
        );
      },
      SECONDS * 1000,
    );

    it(
      'are equal in a form: texts of feedback',
      async () => {
        const fields = fc.record({
          session_id: name(128),
          category: name(64).map((value) => value.trim()),
          description: name(300),
          url: name(200),
          browser: name(255),
        });
        await fc.assert(
          fc.asyncProperty(fields, async (sent) => {
            const data = new FormData();
            // A form turns each line end into CR LF.
            const values = Object.entries(sent).map(([field, value]) => [field, value.replaceAll(/\r\n?|\n/g, '\r\n')]);
            for (const [field, value] of values) data.append(field!, value!);
            data.append('timestamp', 'now');
            const answer = await fetch(`${server.address}/api/v1/feedback`, {
              method: 'POST',
              headers: { authorization: `Bearer ${server.adminKey}` },
              body: data,
            });
            expect(answer.status).toBe(201);
            const { id } = (await answer.json()) as { id: string };
            expect((await admin.inbox.get(id)).body).toMatchObject(Object.fromEntries(values) as Json);
          }),
          { numRuns: 20, endOnFailure: true },
        );
      },
      SECONDS * 1000,
    );
  },
  {
    settings: {
      FL_RETENTION_ENABLED: 'false',
      FL_FEEDBACK_RATE_LIMIT_PER_HOUR: '100000',
      FL_KEY_RATE_LIMIT_PER_MINUTE: '100000',
    },
  },
);

/** What the import of a file without ids decides. */
const OWN = ['id', 'recorded_at', 'accepted_at', 'created_at', 'valid_at', 'given_valid_at', 'source'];

function comparable(records: ReadonlyMap<string, Json>, without: readonly string[] = []): Json {
  const plain = [...records].map(([mark, record]) => [
    mark,
    Object.fromEntries(Object.entries(record).filter(([field]) => field !== 'link' && !without.includes(field))),
  ]);
  return Object.fromEntries(plain.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) as [string, Json][]);
}

/** Objects with their keys in one order, because each database orders them differently. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([each, inner]) => [each, sorted(inner)]);
}
