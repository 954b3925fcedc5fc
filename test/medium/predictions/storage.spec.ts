import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
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
