import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onPostgresInProcess, onSqliteInProcess } from '../../support/in-process-environment.js';
import { repeat } from '../../support/statuses.js';

const DAY = 86_400_000;
const WITHOUT_RETENTION = { settings: { FL_RETENTION_ENABLED: 'false' } };

onSqliteInProcess(
  'the space of deleted records',
  ({ api, database }) => {
    it('is given back: the file becomes smaller', async () => {
      const filler = 'x'.repeat(9000);
      await repeat(200, (i) =>
        api.feedback.create({
          session_id: 's',
          category: 'bug',
          url: 'https://a.example',
          timestamp: 'now',
          description: `${i} ${filler}`,
        }),
      );
      await database.query(`UPDATE feedback_submissions SET created_at = ${Date.now() - 200 * DAY}`);
      const path = join(database.folder, 'feedback-loop.db');
      const before = statSync(path).size;
      const done = await runCliInProcess(['retention', 'run'], database.environment, database.folder);
      expect(done).toMatchObject({ code: 0 });
      expect(statSync(path).size).toBeLessThan(before / 2);
      // The server goes on with the file.
      expect(await api.readiness()).toMatchObject({ status: 200 });
    });
  },
  WITHOUT_RETENTION,
);

onPostgresInProcess(
  'the space of deleted records',
  ({ api, database }) => {
    it('is given back: a month in which all predictions are expired is dropped whole, and counted', async () => {
      const body = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
      const timestamp = new Date(Date.now() - 95 * DAY).toISOString();
      const old = await api.predictions.log({ ...body, timestamp });
      expect(old).toMatchObject({ status: 201 });
      await api.votes.create(old.body.id, { correct: true });
      await api.predictions.log(body);

      const partition = `predictions_p${timestamp.slice(0, 7).replace('-', '')}`;
      const partitions = () =>
        database.query("SELECT relname FROM pg_class WHERE relname LIKE 'predictions_p%' AND relkind = 'r'");
      expect(await partitions()).toContainEqual({ relname: partition });
      const done = await runCliInProcess(
        ['retention', 'run', '--days', '30', '--json'],
        database.environment,
        database.folder,
      );
      expect(JSON.parse(done.stdout)).toMatchObject([
        { kind: 'predictions', deleted: 1 },
        { kind: 'feedback' },
        { kind: 'metrics' },
      ]);
      expect(await partitions()).not.toContainEqual({ relname: partition });
      expect(await database.query('SELECT id FROM prediction_votes')).toEqual([]);
      expect((await api.predictions.list()).body.data).toHaveLength(1);
    });
  },
  { settings: { ...WITHOUT_RETENTION.settings, FL_RETENTION_DAYS: '100' } },
);
