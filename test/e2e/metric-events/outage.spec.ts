import { onPostgresBehindProxy } from '../../support/environment.js';
import { until } from '../../support/outage.js';

onPostgresBehindProxy('metric events in an outage', ({ api, database, proxy }) => {
  it('are spooled and replayed, and never overwrite a later change', async () => {
    const send = (state: string, external_id: string) =>
      api.metricEvents.create({ type: 'o', data: { state }, external_id });
    expect(await send('first', 'a')).toMatchObject({ status: 201 });
    proxy.set('refuse');
    await until(async () => (await send('second', 'a')).status === 202);
    expect(await send('only', 'b')).toMatchObject({ status: 202 });
    proxy.set('pass');
    await until(async () => (await api.health()).body.status === 'healthy');
    expect(await send('third', 'a')).toMatchObject({ status: 201 });
    const rows = await database.query('SELECT external_id, data FROM metric_events ORDER BY external_id');
    expect(rows).toMatchObject([
      { external_id: 'a', data: { state: 'third' } },
      { external_id: 'b', data: { state: 'only' } },
    ]);
  });
});
