import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { invalid } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { dataUrl, plain } from '../../support/pictures.js';

const DAY = 86_400_000;
const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000001';
const FEEDBACK = { session_id: 's', category: 'bug', url: 'https://a.example', timestamp: 'now' };

/** The server itself deletes nothing here: the commands do. */
onBothDatabasesInProcess(
  'retention',
  ({ api, admin, database, dialect }) => {
    const time = (ms: number) => (dialect === 'sqlite' ? String(ms) : `'${new Date(ms).toISOString()}'`);
    const run = (args: string[], more: Record<string, string> = {}) =>
      runCliInProcess(['retention', 'run', ...args], { ...database.environment, ...more }, database.folder);
    const resultsOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as object[];
    const countOf = async (table: string, where = '1 = 1') =>
      Number((await database.query<{ n: unknown }>(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`))[0]!.n);

    async function logPredictions(daysAgo: number, count: number, client = api): Promise<string[]> {
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        const timestamp = new Date(Date.now() - daysAgo * DAY - i * 1000).toISOString();
        const body = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5, timestamp };
        ids.push((await client.predictions.log(body)).body.id);
      }
      return ids;
    }
    async function createFeedback(daysAgo: number, more: object = {}): Promise<string> {
      const description = `From ${daysAgo} days ago`;
      const { id } = (await api.feedback.create({ ...FEEDBACK, description, ...more })).body;
      const createdAt = time(Date.now() - daysAgo * DAY);
      await database.query(`UPDATE feedback_submissions SET created_at = ${createdAt} WHERE id = '${id}'`);
      return id;
    }
    /** As if the server that runs it had not been heard of since then. */
    const setHeartbeat = (secondsAgo: number, where: string) =>
      database.query(`UPDATE retention_runs SET heartbeat_at = ${time(Date.now() - secondsAgo * 1000)} WHERE ${where}`);

    // S4-F1 S0-F2 S3-F3
    it('deletes exactly the expired records with everything that belongs to them, and counts them', async () => {
      const [old] = await logPredictions(40, 3);
      const [fresh] = await logPredictions(10, 2);
      for (const id of [old!, fresh!]) {
        await api.votes.create(id, { correct: true });
        await api.labels.create({ prediction_id: id, label: 'x', source: 'system' });
      }
      const deleted = await createFeedback(40, { screenshot: dataUrl(await plain(10, 10)) });
      const kept = await createFeedback(10);
      const expected = [
        { kind: 'predictions', deleted: 3 },
        { kind: 'feedback', deleted: 1 },
        { kind: 'metrics', deleted: 0 },
      ];
      expect(resultsOf(await run(['--days', '30', '--dry-run', '--json']))).toMatchObject(expected);
      expect(await countOf('predictions')).toBe(5);

      expect(resultsOf(await run(['--days', '30', '--json']))).toMatchObject(expected);
      expect({
        predictions: await countOf('predictions'),
        votes: await countOf('prediction_votes'),
        labels: await countOf('prediction_labels'),
        feedback: await countOf('feedback_submissions'),
        screenshots: await countOf('feedback_screenshots'),
      }).toEqual({ predictions: 2, votes: 1, labels: 1, feedback: 1, screenshots: 0 });
      expect(await admin.inbox.get(deleted)).toMatchObject({ status: 404 });
      expect(await admin.inbox.get(kept)).toMatchObject({ status: 200 });

      const { runs } = (await admin.retention.get()).body;
      expect(runs).toEqual(expect.arrayContaining(expected.slice(0, 2).map((each) => expect.objectContaining(each))));
      expect(runs.filter(({ finished_at }) => finished_at === null)).toEqual([]);
    });

    describe('with a period of the tenant', () => {
      let tenantId: string;
      let theirs: typeof admin;
      let theirApi: typeof api;
      beforeAll(async () => {
        const { body } = await admin.tenants.create({ slug: `retention-${dialect}`, name: 'Other' });
        tenantId = body.id;
        theirs = admin.as(body.admin_key);
        theirApi = api.as(body.admin_key);
      });

      it.each([{ predictions: 0 }, { surprise: 1 }, {}])('is not changed by %j', async (change) => {
        expect(await theirs.retention.change(invalid(change))).toMatchObject({ status: 422 });
      });

      it('keeps the records of that tenant for its own period, and those of others for theirs', async () => {
        await logPredictions(20, 2, theirApi);
        await logPredictions(20, 2);
        const changed = await theirs.retention.change({ predictions: 15 });
        expect(changed.body.settings).toEqual([
          { kind: 'predictions', days: 15, own: true },
          { kind: 'feedback', days: 90, own: false },
          { kind: 'metrics', days: 90, own: false },
        ]);
        const others = await countOf('predictions', `tenant_id <> '${tenantId}'`);
        expect(await run(['--kind', 'predictions'])).toMatchObject({ code: 0 });
        expect(await countOf('predictions', `tenant_id = '${tenantId}'`)).toBe(0);
        expect(await countOf('predictions', `tenant_id <> '${tenantId}'`)).toBe(others);
      });

      it('returns to the default when the tenant removes its period', async () => {
        const { settings } = (await theirs.retention.change({ predictions: null })).body;
        expect(settings[0]).toEqual({ kind: 'predictions', days: 90, own: false });
      });
    });

    describe('with an archive', () => {
      // S3-F5
      it('writes the records there before it deletes them, without their contents in plain text', async () => {
        const archive = join(database.folder, 'archive');
        const id = await createFeedback(200, { api_state: { canary: 'canary-in-the-archive' } });
        expect(await run(['--kind', 'feedback'], { FL_ARCHIVE_DIR: archive })).toMatchObject({ code: 0 });
        const files = readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.endsWith('.jsonl'),
        );
        expect(files).toHaveLength(1);
        const path = join(archive, files[0]!);
        const text = readFileSync(path, 'utf8');
        const lines = text.trim().split('\n');
        expect(lines).toHaveLength(1);
        expect(JSON.parse(lines[0]!)).toMatchObject({ table: 'feedback_submissions', row: { id } });
        expect(text).not.toContain('canary');
        expect(statSync(path).mode & 0o777).toBe(0o600);
      });

      // S3-F5
      it('deletes nothing while it cannot write there, and continues that run later', async () => {
        await createFeedback(200);
        const before = await countOf('feedback_submissions');
        const notAFolder = join(database.folder, 'encryption.key', 'no-folder');
        expect(await run(['--kind', 'feedback'], { FL_ARCHIVE_DIR: notAFolder })).toMatchObject({ code: 1 });
        expect(await countOf('feedback_submissions')).toBe(before);
        await setHeartbeat(120, 'finished_at IS NULL');
        expect(await run(['--kind', 'feedback'])).toMatchObject({ code: 0 });
        expect(await countOf('feedback_submissions')).toBe(before - 1);
      });
    });

    it('leaves the run of a living server alone, and finishes that of a dead one', async () => {
      await logPredictions(60, 4);
      const [cutoff, now] = [time(Date.now() - 50 * DAY), time(Date.now())];
      await database.query(
        'INSERT INTO retention_runs (id, tenant_id, kind, cutoff, started_at, heartbeat_at, runner, deleted) VALUES ' +
          `('${crypto.randomUUID()}', '${DEFAULT_TENANT}', 'predictions', ${cutoff}, ${now}, ${now}, 'another', 7)`,
      );
      const before = await countOf('predictions');
      const mine = ['--kind', 'predictions', '--tenant', 'default'];
      expect(await run([...mine, '--days', '30'])).toMatchObject({ stdout: '' });
      expect(await countOf('predictions')).toBe(before);

      await setHeartbeat(61, "runner = 'another'");
      // With the cutoff of the run that it finishes, and its count.
      expect(resultsOf(await run([...mine, '--days', '1', '--json']))).toMatchObject([{ deleted: 7 + 4 }]);
      expect(await countOf('predictions')).toBe(before - 4);
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
