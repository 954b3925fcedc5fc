import { onBothDatabases } from '../../support/environment.js';

onBothDatabases('an Idempotency-Key', ({ api, restart, server }) => {
  it('repeats the response after a crash', async () => {
    const options = { headers: { 'idempotency-key': 'over a crash' } };
    const first = await api.predict({ text: 'Once.' }, options);
    expect(first.status).toBe(200);
    await server.stop('SIGKILL');
    await restart();
    expect(await api.predict({ text: 'Once.' }, options)).toMatchObject({
      headers: { 'idempotent-replayed': 'true' },
      text: first.text,
    });
  });
});
