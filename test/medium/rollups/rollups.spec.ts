import fc from 'fast-check';
import { uuidv7 } from '#kernel';
import { ndjson } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const BATCHES = 12;

interface Logged {
  id: string;
  timestamp: string;
  model: string;
  model_version: string;
  label: string;
  confidence: number | null;
  latency_ms: number | null;
}

const logged = fc
  .record({
    ageSeconds: fc.integer({ min: 1, max: 20 * 24 * 3600 }),
    model: fc.constantFrom('m1', 'm2'),
    model_version: fc.constantFrom('v1', 'v2'),
    label: fc.constantFrom('positive', 'negative', 'späm 🙂'),
    confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    latency_ms: fc.option(fc.oneof(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constantFrom(0, 1, 86_400_000))),
  })
  .map(({ ageSeconds, ...rest }): Logged => {
    const time = Date.now() - ageSeconds * 1000;
    return { id: uuidv7(time), timestamp: new Date(time).toISOString(), ...rest };
  });

/** The tests build on each other: each goes on with the predictions of those before it. */
onBothDatabasesInProcess(
  'rollups',
  ({ api, database, server, restart }) => {
    /** What the rollups must contain: label and time of each prediction that was ever recorded. */
    const recorded = new Map<string, { label: string; timestamp: string }>();
    const sent: Logged[] = [];

    const command = (...args: string[]) => runCliInProcess(args, database.environment, database.folder);
    const audit = async (name: 'check' | 'rebuild' = 'check') => {
      const { code, stderr, stdout } = await command('rollups', name, '--json');
      if (stdout === '') throw new Error(stderr);
      const { differences, predictions } = JSON.parse(stdout) as { predictions: number; differences: object[] };
      return { code, differences, predictions };
    };
    const rowsIn = async (table: string) =>
      Number((await database.query<{ n: unknown }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]!.n);

    async function expectRightRollups(): Promise<void> {
      expect(await audit()).toEqual({ code: 0, differences: [], predictions: recorded.size });
      const labels: Record<string, number> = {};
      for (const { label } of recorded.values()) labels[label] = (labels[label] ?? 0) + 1;
      expect((await api.analytics.labels()).body).toEqual(labels);
      const times = [...recorded.values()].map(({ timestamp }) => timestamp).sort();
      expect((await api.analytics.summary()).body).toMatchObject({
        total_predictions: recorded.size,
        date_range: { earliest: times[0], latest: times.at(-1) },
      });
    }

    it('agree with predictions that arrive late, twice, one by one, or in bulk', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(logged, { minLength: 1, maxLength: 60 }), fc.boolean(), async (batch, twice) => {
          const [single, ...bulk] = batch as [Logged, ...Logged[]];
          const again = sent.slice(0, 5);
          const [one, predicted, several] = await Promise.all([
            api.predictions.log(single),
            api.predict({ text: 'A fine thing.' }),
            // Some predictions are sent again, and some lines are in the body twice.
            api.predictions.log(ndjson([...bulk, ...again, ...(twice ? bulk.slice(0, 3) : [])])),
          ]);
          expect(one).toMatchObject({ status: 201 });
          expect(predicted).toMatchObject({ status: 200 });
          expect(several).toMatchObject({ status: 200 });
          sent.push(...batch);
          for (const each of batch) recorded.set(each.id, each);
          recorded.set(predicted.body.id!, predicted.body);
        }),
        { numRuns: BATCHES },
      );
      await expectRightRollups();
    });

    it('keep counting what retention deleted', async () => {
      expect(await command('retention', 'run', '--days', '10')).toMatchObject({ code: 0 });
      expect(await rowsIn('predictions')).toBeLessThan(recorded.size);
      expect(await rowsIn('prediction_rollup_retired')).toBeGreaterThan(0);
      await expectRightRollups();
    });

    it('are reported when they are wrong, and corrected by a rebuild, hours and days', async () => {
      await database.query("UPDATE prediction_rollup_hours SET predictions = predictions + 7 WHERE label = 'negative'");
      await database.query("DELETE FROM prediction_rollup_days WHERE label = 'positive'");
      const wrong = await audit();
      expect(wrong.code).toBe(3);
      expect(wrong.differences).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ bucket: 'hour', label: 'negative' }),
          expect.objectContaining({ bucket: 'day', label: 'positive', stored: 0 }),
        ]),
      );
      expect((await command('rollups', 'check')).stdout).toMatch(/negative: \d+, counted \d+/);
      expect(await audit('rebuild')).toMatchObject({ code: 0 });
      await expectRightRollups();
    });

    it('count predictions that were recorded before there were rollups', async () => {
      await server.stop();
      expect(await rowsIn('prediction_rollup_retired')).toBeGreaterThan(0);
      const [deleted] = await database.query<{ n: unknown }>(
        'SELECT SUM(predictions) AS n FROM prediction_rollup_retired',
      );
      // One migration at a time, back to the one before the rollups.
      while (/^applied +CreatePredictionRollups/m.test((await command('migrate', 'status')).stdout))
        expect(await command('migrate', 'down', '--yes')).toMatchObject({ code: 0 });
      expect(await command('migrate', 'up')).toMatchObject({ code: 0 });
      expect(await audit()).toEqual({
        code: 0,
        differences: [],
        predictions: recorded.size - Number(deleted!.n),
      });
      await restart();
      expect(await api.readiness()).toMatchObject({ status: 200 });
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
