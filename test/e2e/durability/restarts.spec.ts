import { join } from 'node:path';
import { onBothDatabases } from '../../support/environment.js';
import { until } from '../../support/outage.js';
import { repeat } from '../../support/statuses.js';

onBothDatabases('a server', ({ api, database, dialect, restart, server, startServer }) => {
  // S0-33
  it('keeps acknowledged predictions over kill -9 and a start', async () => {
    const predicted = await repeat(20, (i) => api.predicted(`number ${i}`));
    await server.stop('SIGKILL');
    await restart();
    const found = await Promise.all(predicted.map(({ id }) => api.predictions.get(id)));
    expect(found).toMatchObject(predicted.map(({ id }) => ({ status: 200, body: { id } })));
  });

  // S1-09 S0-36
  it('serves and records predictions while it drains after SIGTERM, and exits with 0', async () => {
    const draining = await startServer({ FL_DRAIN_MS: '2000', FL_SPOOL_DIR: join(database.folder, 'spool-2') });
    const stopped = draining.stop('SIGTERM');
    await until(async () => (await draining.api.as(null).readiness()).status === 503);
    const served = await draining.api.predict({ text: 'served while draining' });
    expect(served).toMatchObject({
      status: 200,
      headers: { connection: 'close' },
      body: { persisted: 'database' },
    });
    expect(await draining.api.as(null).call('liveness', {})).toMatchObject({ status: 200 });
    expect(await stopped).toBe(0);
    expect(await api.predictions.get(served.body.id!)).toMatchObject({ status: 200 });
  });

  // S0-37
  it('logs one line at its start that names version and database, without passwords', () => {
    const line = server.log.split('\n').find((each) => each.includes('feedback-loop is listening'));
    expect(JSON.parse(line!)).toMatchObject({
      version: expect.any(String) as string,
      database: expect.stringContaining(dialect) as string,
      state: 'up',
    });
    expect(server.log).not.toContain('postgres:postgres');
  });
});
