import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';
import { filesBelow, tablesWith } from '../../support/tables.js';

const DAY = 86_400_000;
/** A word that a full-text index would keep. */
const WORD = '55e0b1';
const CANARY = `canary-${WORD}`;
const SUBJECT = `${CANARY} ä/?#@example.com`;
const FEEDBACK = { session_id: 's', category: 'bug', url: `https://a.example/${CANARY}`, timestamp: 'now' };
const PREDICTION = { model: 'm', model_version: 'v', label: 'mine', confidence: 0.9 };
const archiveIn = ({ folder }: { folder: string }): string => join(folder, 'archive');

/** The tests build on each other: each goes on with the subject as the one before it left it. */
onBothDatabasesInProcess(
  'the erasure of a data subject',
  ({ api, admin, database, dialect, restart, server }) => {
    const command = (args: string[], more: Record<string, string> = {}) =>
      runCliInProcess(args, { ...database.environment, ...more }, database.folder);
    const erase = () => api.subjects.erase(SUBJECT);
    const storedPredictions = async () => {
      const rows = await database.query<{ user_id: string | null }>('SELECT user_id FROM predictions');
      return rows.filter(({ user_id }) => user_id === SUBJECT).length;
    };
    const daysAgo = (days: number) =>
      dialect === 'sqlite' ? String(Date.now() - days * DAY) : `now() - interval '${days} days'`;

    /** Records of each kind about the subject: two predictions, and one of each other kind. */
    async function plant(days = 0): Promise<void> {
      const before = await storedPredictions();
      const timestamp = new Date(Date.now() - days * DAY).toISOString();
      const { id } = (
        await api.predictions.log(
          {
            ...PREDICTION,
            latency_ms: 7,
            input_text: `${CANARY} wrote this`,
            metadata: { note: CANARY },
            user_id: SUBJECT,
            timestamp,
          },
          { headers: { 'idempotency-key': crypto.randomUUID() } },
        )
      ).body;
      await api.votes.create(id, { correct: false, comment: CANARY });
      await api.labels.create({ prediction_id: id, label: CANARY, source: 'system', user_id: SUBJECT });
      await api.predict({ text: `${CANARY} is fine`, user_id: SUBJECT });
      await api.metricEvents.create({
        type: 't',
        data: { email: CANARY, more: CANARY },
        user_id: SUBJECT,
        external_id: `${CANARY}-${days}`,
        timestamp,
      });
      const submitted = await api.feedback.create({
        ...FEEDBACK,
        description: `${CANARY} ${days}`,
        user_id: SUBJECT,
        screenshot: dataUrl(await plain(40, 30)),
      });
      const { body: read } = await admin.inbox.get(submitted.body.id);
      expect(await admin.inbox.triage(read, { admin_notes: CANARY })).toMatchObject({ status: 200 });
      // On a busy machine a record may be accepted (202) before it is in the database.
      await until(async () => (await storedPredictions()) === before + 2);
    }

    async function expectRightRollups(): Promise<void> {
      const { stdout } = await command(['rollups', 'check', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ differences: [] });
    }

    // S4-F3
    it('removes the subject from every store and every file, and counts what it removed', async () => {
      for (let i = 0; i < 3; i++) await api.predictions.log({ ...PREDICTION, latency_ms: i, user_id: 'somebody else' });
      await plant();
      await plant(40);
      // What retention deletes is in the archive afterwards.
      await database.query(`UPDATE feedback_submissions SET created_at = ${daysAgo(40)} WHERE description LIKE '% 40'`);
      const archive = archiveIn(database);
      const retention = await command(['retention', 'run', '--days', '30'], { FL_ARCHIVE_DIR: archive });
      expect(retention).toMatchObject({ code: 0 });
      expect(filesBelow(archive).filter((file) => readFileSync(file).includes(CANARY))).not.toEqual([]);
      expect(await tablesWith(database, CANARY)).not.toEqual([]);
      await api.analytics.summary();

      const { body, status, text } = await erase();
      expect(status).toBe(200);
      expect(body.removed).toMatchObject({
        predictions: 3,
        votes: 1,
        metric_events: 1,
        screenshots: 1,
        feedback: 1,
      });
      expect(body.removed.archive).toBeGreaterThan(0);
      expect(Date.parse(body.backups_may_hold_until) - Date.parse(body.erased_at)).toBe(7 * DAY);
      expect(text).not.toContain(CANARY);
      expect(await tablesWith(database, CANARY)).toEqual([]);
      expect(filesBelow(database.folder).filter((file) => file.endsWith('.webp'))).toEqual([]);
      // Those of the others, and the one that retention had deleted: only erased predictions are no longer counted.
      expect((await api.analytics.summary()).body).toMatchObject({ total_predictions: 3 + 1 });
      await expectRightRollups();

      if (dialect === 'sqlite') {
        await server.stop();
        const file = new BetterSqlite3(join(database.folder, 'feedback-loop.db'));
        file.pragma('wal_checkpoint(TRUNCATE)');
        file.close();
        await restart();
      }
      const small = filesBelow(database.folder).filter((file) => statSync(file).size < 50_000_000);
      expect(small.filter((file) => readFileSync(file).includes(WORD))).toEqual([]);
    });

    // S4-F3
    it("removes what others recorded about the subject's predictions, and the deliveries about that", async () => {
      const hook = (
        await admin.webhooks.create({
          url: 'https://93.184.216.34/hook',
          events: ['label.created', 'feedback.created'],
        })
      ).body;
      const deliveries = async () => (await admin.webhooks.deliveries(hook.id)).body.data.length;
      const inference_id = `${CANARY}-inf`;
      // The label arrives before its prediction.
      await api.labels.create({ inference_id, label: CANARY, source: 'system' });
      const logged = await api.predictions.log({
        ...PREDICTION,
        label: `${CANARY} label`,
        user_id: SUBJECT,
        inference_id,
      });
      expect(logged).toMatchObject({ status: 201 });
      const submitted = await api.feedback.create({
        ...FEEDBACK,
        description: `${CANARY} by token`,
        prediction_id: logged.body.id,
      });
      expect(submitted).toMatchObject({ status: 201 });
      await until(async () => (await deliveries()) === 2);

      expect(await erase()).toMatchObject({ status: 200 });
      expect(await tablesWith(database, CANARY)).toEqual([]);
      expect(await deliveries()).toBe(0);
      await admin.webhooks.delete(hook.id);
    });

    it('returns the same certificate when it is repeated', async () => {
      const first = await erase();
      expect(first).toMatchObject({ status: 200 });
      expect((await erase()).body).toEqual(first.body);
      expect(await api.subjects.export(SUBJECT)).toMatchObject({ status: 404 });
    });

    it('returns 404 for an unknown subject, which is remembered, and 422 for an id that is too long', async () => {
      const before = await database.query('SELECT * FROM erasures');
      expect(await api.subjects.erase('unknown')).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expect(await database.query('SELECT * FROM erasures')).toHaveLength(before.length + 1);
      expect(await api.subjects.erase('x'.repeat(129))).toMatchObject({ status: 422 });
    });

    it('keeps what arrives later, and removes it under the same certificate when it is repeated', async () => {
      const { certificate_id } = (await erase()).body;
      await api.metricEvents.create({ type: 't', data: {}, user_id: SUBJECT });
      expect((await api.metricEvents.list({ user_id: SUBJECT })).body.data).toHaveLength(1);
      expect(await command(['erase', SUBJECT])).toMatchObject({ code: 2 });
      const done = await command(['erase', SUBJECT, '--yes', '--json']);
      expect(done).toMatchObject({ code: 0 });
      expect(JSON.parse(done.stdout)).toMatchObject({ certificate_id });
      expect((await api.metricEvents.list({ user_id: SUBJECT })).body.data).toEqual([]);
    });

    describe('after an older backup was restored', () => {
      // S3-F5
      it('is repeated from the ledger, which is not in the backup', async () => {
        // As if a backup had been restored: the subject is there, and the tombstone is not.
        await plant();
        // A server that has just erased a subject looks again after some seconds, and would find what is made older here.
        await server.stop();
        await database.query('DELETE FROM erasures');
        for (const [table, accepted] of [
          ['predictions', 'recorded_at'],
          ['prediction_labels', 'recorded_at'],
          ['feedback_submissions', 'created_at'],
          ['metric_events', 'accepted_at'],
        ])
          await database.query(`UPDATE ${table} SET ${accepted} = ${daysAgo(1)}`);
        const ledger = join(database.folder, 'erasures.jsonl');
        expect(existsSync(ledger)).toBe(true);
        expect(readFileSync(ledger, 'utf8')).not.toContain(CANARY);

        const done = await command(['erase', '--reapply', '--json']);
        expect(done).toMatchObject({ code: 0 });
        expect(JSON.parse(done.stdout)).toEqual({ erased: 1 });
        expect(await tablesWith(database, CANARY)).toEqual([]);
        await expectRightRollups();
        await restart();
      });

      // S3-F5
      it('does not remove what a subject who has come back since then recorded', async () => {
        await api.metricEvents.create({ type: 'back', data: {}, user_id: SUBJECT });
        const again = await command(['erase', '--reapply', '--json']);
        expect(JSON.parse(again.stdout)).toEqual({ erased: 0 });
        expect((await api.metricEvents.list({ type: 'back' })).body.data).toHaveLength(1);
      });
    });
  },
  {
    settings: (database) => ({
      FL_ARCHIVE_DIR: archiveIn(database),
      FL_BLOB_STORE: 'directory',
      FL_RETENTION_ENABLED: 'false',
      FL_CACHE_ANALYTICS: 'true',
      FL_METRIC_EVENTS_SENSITIVE: 'email',
    }),
  },
);
