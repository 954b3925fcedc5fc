import { onBothDatabasesInProcess, onPostgresInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'b', confidence: 0.5 };

onBothDatabasesInProcess('stored predictions', ({ admin, api, database, dialect }) => {
  it('have their scores in the same order on both databases', async () => {
    const { body } = await api.predictions.log({ ...LOGGED, scores: { bb: 0.25, c: 0.25, a: 0.5 } });
    expect((await api.predictions.get(body.id)).text).toContain('"scores":{"a":0.5,"bb":0.25,"c":0.25}');
  });

  // SQLite has no partitions.
  if (dialect === 'sqlite') return;
  it('of a month without a partition get one, and none is set aside', async () => {
    const timestamp = new Date(Date.now() - 40 * 86_400_000).toISOString();
    await database.query(`DROP TABLE predictions_p${timestamp.slice(0, 7).replace('-', '')}`);
    const { status } = await api.predictions.log({ ...LOGGED, label: 'late', timestamp });
    // Making it may outlast the budget of the request; then the spool has the record for a moment.
    expect([201, 202]).toContain(status);
    await until(async () => (await database.query("SELECT 1 FROM predictions WHERE label = 'late'")).length === 1);
    expect((await admin.metrics()).text).toMatch(/^spool_dead_letter_rows 0$/m);
  });
});

onPostgresInProcess(
  'predictions in a PostgreSQL with German dates and few digits',
  ({ database, startServer }) => {
    it('have the times and numbers that were sent', async () => {
      const name = new URL(database.environment.FL_DB_URI as string).pathname.slice(1);
      for (const setting of ["datestyle = 'German, DMY'", 'extra_float_digits = 0', "timezone = 'Pacific/Auckland'"])
        await database.query(`ALTER DATABASE ${name} SET ${setting}`);
      const { api } = await startServer();
      const sent = { confidence: 0.12345678901234568, timestamp: new Date(Date.now() - 86_400_000).toISOString() };
      const logged = await api.predictions.log({ ...LOGGED, ...sent });
      expect(await api.predictions.get(logged.body.id)).toMatchObject({ status: 200, body: sent });
      expect(await api.analytics.summary()).toMatchObject({
        body: { date_range: { earliest: sent.timestamp, latest: sent.timestamp } },
      });
    });
  },
  { start: false },
);
