import { DAY_MS, HOUR_MS, uuidv7 } from '#kernel';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabases } from '../../support/environment.js';
import { until } from '../../support/outage.js';

const MIN_SENT = 30;

/** A prediction of two days ago, or of `hours` hours earlier. */
function pastPrediction(hours = 0) {
  const time = Date.now() - 2 * DAY_MS - hours * HOUR_MS;
  return {
    id: uuidv7(time),
    timestamp: new Date(time).toISOString(),
    model: 'm',
    model_version: 'v',
    label: 'killed',
    confidence: 0.5,
    latency_ms: 1,
  };
}

onBothDatabases(
  'rollups after kill -9',
  ({ api, database, dialect, restart, server }) => {
    const rollups = (...args: string[]) => runCliInProcess(['rollups', ...args], database.environment, database.folder);

    async function expectCount(predictions: number): Promise<void> {
      const { code, stdout } = await rollups('check', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ differences: [], predictions });
      expect((await api.analytics.labels()).body).toEqual({ killed: predictions });
      expect((await api.analytics.summary()).body).toMatchObject({ total_predictions: predictions });
    }

    it('are right after a start, and past days are folded into one row', async () => {
      const sent: string[] = [];
      const sending = (async () => {
        for (let i = 0; ; i++) {
          const body = pastPrediction(i);
          sent.push(body.id);
          await api.predictions.log(body);
        }
      })().catch(() => undefined);
      await until(() => Promise.resolve(sent.length >= MIN_SENT));
      await server.stop('SIGKILL');
      await sending;
      await restart();
      let recorded = 0;
      for (const id of sent) if ((await api.predictions.get(id)).status === 200) recorded++;
      // The last request was on its way when the server was killed.
      expect(recorded).toBeGreaterThanOrEqual(sent.length - 1);
      expect(await api.predictions.log(pastPrediction())).toMatchObject({ status: 201 });
      await expectCount(recorded + 1);

      const past = dialect === 'sqlite' ? Date.now() - 2 * DAY_MS : "now() - interval '2 days'";
      const unfolded = () =>
        database.query(`SELECT 1 FROM prediction_rollup_hours WHERE writer <> '' AND start < ${past}`);
      expect(await unfolded()).not.toEqual([]);
      expect((await rollups('fold')).stdout).toMatch(/^[1-9]\d* rows merged into others\./);
      expect(await unfolded()).toEqual([]);
      await expectCount(recorded + 1);
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
