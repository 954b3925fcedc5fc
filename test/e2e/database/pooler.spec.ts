import { runCliInProcess } from '../../support/cli-in-process.js';
import { onPostgres } from '../../support/environment.js';
import { describeWithPgBouncer, PgBouncer } from '../../support/pgbouncer.js';
import { countsOf } from '../../support/statuses.js';

const ROUNDS = 200;
const KEYS = 150;
const CLIENTS = 6;

// S1-34
describeWithPgBouncer('through PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer | undefined;

  onPostgres(
    'a server',
    ({ admin, api, database, server }) => {
      const command = (args: string[], settings: Record<string, string> = {}) =>
        runCliInProcess(args, { ...database.environment, FL_DB_POOLER: 'transaction', ...settings }, database.folder);
      const addresses = () => ({
        FL_DB_URI: bouncer!.uri,
        FL_DB_DIRECT_URI: database.environment.FL_DB_URI as string,
      });
      afterAll(() => bouncer?.stop());

      const askEverything = (i: number) =>
        Promise.all([
          api.predict({ text: `Text number ${i} is fine.` }),
          api.predictions.log(
            { model: 'm', model_version: 'v', label: `l${i % 3}`, confidence: 0.5 },
            { headers: { 'idempotency-key': `key-${i % KEYS}` } },
          ),
          api.feedback.create({
            session_id: 's',
            category: 'bug',
            description: `Number ${i}`,
            url: 'https://a.example',
            timestamp: 't',
          }),
          api.analytics.summary(),
          admin.keys.create({ name: `key ${i}`, scopes: ['read'] }),
        ]);

      it('migrates on the direct address, and records, lists and sums up with sessions that change hands', async () => {
        // There are more clients than sessions, so that each gets those of others.
        const answers: { status: number }[] = [];
        let next = 0;
        await Promise.all(
          Array.from({ length: CLIENTS }, async () => {
            while (next < ROUNDS) answers.push(...(await askEverything(next++)));
          }),
        );
        // A key that two requests send at the same time is a conflict for one of them.
        const { 200: ok = 0, 201: created = 0, 409: conflicts = 0, ...others } = countsOf(answers);
        expect({ others, answers: ok + created + conflicts }).toEqual({ others: {}, answers: ROUNDS * 5 });
        expect(conflicts).toBeLessThanOrEqual(ROUNDS - KEYS);
        const { total_predictions: total } = (await api.analytics.summary()).body;
        expect(await database.query('SELECT id FROM predictions')).toHaveLength(total);
        expect(total).toBeGreaterThanOrEqual(ROUNDS + KEYS);
        expect(server.log).not.toMatch(/prepared statement|unsupported startup parameter/);
      });

      it('applies retention and checks rollups', async () => {
        expect(await command(['retention', 'run', '--days', '30'], addresses())).toMatchObject({ code: 0 });
        const check = await command(['rollups', 'check', '--json'], addresses());
        expect(JSON.parse(check.stdout)).toMatchObject({ differences: [] });
      });

      it('needs an address for migrations', async () => {
        expect(await command(['config', 'check'])).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('FL_DB_DIRECT_URI'),
        });
      });
    },
    {
      migrated: false,
      settings: async (database) => {
        const direct = database.environment.FL_DB_URI as string;
        bouncer ??= await PgBouncer.before(direct);
        return {
          FL_DB_URI: bouncer.uri,
          FL_DB_DIRECT_URI: direct,
          FL_DB_POOLER: 'transaction',
          FL_DB_AUTO_MIGRATE: 'true',
        };
      },
    },
  );
});
