import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { linesOf } from '../../support/api/caller.js';
import { invalid } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { createTestDatabase, type TestDatabase } from '../../support/databases.js';
import type { TestServer } from '../../support/http.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';

type Json = Record<string, unknown>;
/** Votes and labels come before their predictions: their links are resolved when those are imported. */
const KINDS = ['votes', 'labels', 'feedback', 'metrics', 'predictions'] as const;
type Kind = (typeof KINDS)[number];

const DAY = 86_400_000;
const SETTINGS = { FL_METRIC_EVENTS_SENSITIVE: 'email', FL_RETENTION_ENABLED: 'false' };
const FEEDBACK = { session_id: 's', category: 'bug', url: 'https://a.example/', timestamp: 'yesterday' };

/** What a command with `--json` prints. */
async function run(args: string[], { environment, folder }: TestDatabase): Promise<Json> {
  const { code, stderr, stdout } = await runCliInProcess([...args, '--json'], { ...environment, ...SETTINGS }, folder);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${code} ${stderr}`);
  return JSON.parse(stdout) as Json;
}

/** All records of a kind, except what each database decides itself: the state of links, and the ids of votes. */
async function recordsOf({ admin, api }: TestServer, kind: Kind): Promise<Json[]> {
  const query = { format: 'jsonl' } as const;
  const answer = await {
    predictions: () => api.predictions.export(query),
    votes: () => api.votes.export(query),
    labels: () => api.labels.export(query),
    feedback: () => admin.inbox.export(query),
    metrics: () => api.metricEvents.export(query),
  }[kind]();
  return linesOf(answer)
    .map(({ id, ...rest }) => ({ ...rest, link: undefined, id: kind === 'votes' ? undefined : id }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

onBothDatabasesInProcess(
  'an export',
  ({ api, admin, database, dialect, server, startServer }) => {
    /** A second installation that is gone after the test. */
    async function withOther(test: (other: TestDatabase, there: TestServer) => Promise<void>): Promise<void> {
      const other = await createTestDatabase(dialect);
      const there = await startServer({}, other);
      try {
        await test(other, there);
      } finally {
        await there.stop();
        await other.drop();
      }
    }

    describe('of five records of each kind', () => {
      beforeAll(async () => {
        for (let i = 0; i < 5; i++) {
          const { body } = await api.predictions.log({
            model: 'm',
            model_version: 'v',
            label: `l${i}`,
            confidence: 0.1 * i,
            scores: { [`l${i}`]: 0.1 * i },
            latency_ms: i + 0.5,
            input_text: i === 0 ? '[1,2]' : `=SUM(A${i}) "quoted", ä\nnew line`,
            metadata: { i, nested: { a: [1, null] } },
            user_id: `u${i}`,
            session_id: 's',
            inference_id: `inf-${i}`,
            timestamp: new Date(Date.now() - i * DAY).toISOString(),
          });
          await api.votes.create(body.id, { correct: i % 2 === 0, comment: `said ${i}`, user_id: `u${i}` });
          await api.labels.create({ prediction_id: body.id, label: 'x', source: 'system' });
          await api.feedback.create({
            ...FEEDBACK,
            description: `+1 for ${i}`,
            api_state: { open: i },
            annotation_coords: [1, 2],
            user_id: `u${i}`,
          });
          await api.metricEvents.create({
            type: 't',
            data: { email: `u${i}@example.com`, n: i },
            user_id: `u${i}`,
            external_id: `e${i}`,
          });
        }
      });

      // What CSV does to texts is the same on both databases.
      const formats = dialect === 'sqlite' ? (['jsonl', 'csv'] as const) : (['jsonl'] as const);
      // S0-F7 S4-13
      it.each(formats)('as %s gives the same records, rollups and links when it is imported', async (format) => {
        await withOther(async (other, there) => {
          for (const kind of KINDS) {
            const file = join(other.folder, `${kind}.${format}`);
            const exported = await run(['export', kind, '--to', file], database);
            expect(exported).toMatchObject({ kind, records: 5 });
            const imported = await run(['import', kind, file], other);
            expect(imported).toMatchObject({ imported: 5, known: 0, refused: 0 });
            if (format === 'jsonl') {
              const again = await run(['import', kind, file], other);
              expect(again).toMatchObject({ imported: 0, known: 5, refused: 0 });
            }
          }
          for (const kind of KINDS) {
            const records = await recordsOf(server, kind);
            expect(records).toHaveLength(5);
            expect(await recordsOf(there, kind)).toEqual(records);
          }
          expect((await there.api.analytics.summary()).body).toMatchObject({ total_predictions: 5 });
          await until(async () => {
            const pending = await other.query("SELECT id FROM prediction_votes WHERE link <> 'linked'");
            return pending.length === 0;
          });
          const stored = await other.query<{ input_text: string }>('SELECT input_text FROM predictions');
          expect(stored.filter(({ input_text }) => !input_text.startsWith('v1.'))).toEqual([]);
        });
      });

      // S0-F5
      it.each(['predictions', 'votes', 'labels'] as const)('as Parquet contains the %s', async (kind) => {
        const answer = await api[kind].export({ format: 'parquet' });
        expect(answer).toMatchObject({ status: 200 });
        const file = new Uint8Array(answer.bytes).buffer;
        expect(await parquetReadObjects({ file })).toHaveLength(5);
        const times = parquetMetadata(file).schema.filter(
          ({ converted_type }) => converted_type === 'TIMESTAMP_MILLIS',
        );
        expect(times.length).toBeGreaterThan(0);
        for (const { logical_type } of times)
          expect(logical_type).toEqual({ type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' });
      });

      it('as JSON lines is compressed', async () => {
        const { headers } = await api.predictions.export(
          { format: 'jsonl' },
          { headers: { 'accept-encoding': 'gzip' } },
        );
        expect(headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' });
      });

      // S0-F5
      it('contains texts and metadata only for keys that may read texts', async () => {
        const { body } = await admin.keys.create({ name: 'r', scopes: ['read'] });
        const exported = await api.as(body.key).predictions.export({ format: 'jsonl' });
        expect(exported.text).not.toContain('SUM');
        expect(linesOf(exported)[0]).not.toHaveProperty('metadata');
      });

      it('is refused for an invalid range', async () => {
        expect(await api.votes.export(invalid({ from: 'nonsense' }))).toMatchObject({ status: 422 });
      });
    });

    describe('of texts that look like something else', () => {
      const STATES = ['{"a":1}', '123', 'true', 'null', '"q"', "'=1", { a: '=1' }, [1]];
      const DESCRIPTIONS = ["'=1", "''=1", '=1', "'", '＝1', '-', "'a", '@'];
      const LABELS = ["'=lab", "''=lab", '=lab', '+', "'", '123', 'true', 'null'];
      beforeAll(async () => {
        for (const [i, api_state] of STATES.entries()) {
          const description = DESCRIPTIONS[i]!;
          expect(await api.feedback.create({ ...FEEDBACK, description, api_state })).toMatchObject({ status: 201 });
          await api.predictions.log({ model: '=m', model_version: '1', label: LABELS[i]!, confidence: 1 });
        }
      });

      const formats = dialect === 'sqlite' ? (['csv', 'jsonl'] as const) : (['csv'] as const);
      // S0-F7
      it.each(formats)('as %s keeps formulas, apostrophes and JSON', async (format) => {
        await withOther(async (other, there) => {
          for (const kind of ['feedback', 'predictions'] as const) {
            const file = join(other.folder, `${kind}.${format}`);
            await run(['export', kind, '--to', file], database);
            expect(await run(['import', kind, file], other)).toMatchObject({ known: 0, refused: 0 });
            expect(await recordsOf(there, kind)).toEqual(await recordsOf(server, kind));
          }
        });
      });
    });
  },
  { settings: SETTINGS },
);
