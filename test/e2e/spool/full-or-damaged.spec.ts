import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportChaos } from '../../support/chaos-report.js';
import { onPostgresBehindProxy, onSqlite } from '../../support/environment.js';
import { until } from '../../support/outage.js';

onSqlite('a damaged spool', ({ api, database, restart, server }) => {
  // C9
  it('is set aside, and the server starts with a new one', async () => {
    const folder = join(database.folder, 'spool');
    await server.stop();
    writeFileSync(join(folder, 'spool.db'), Buffer.alloc(8192, 'not a database '));
    await restart();
    expect(readdirSync(folder)).toContainEqual(expect.stringMatching(/^spool\.db\.corrupt-/));
    expect(server.log).toContain('the spool was damaged');
    expect(await api.health({ key: null })).toMatchObject({ body: { status: 'healthy' } });
    reportChaos('C9', 'damaged spool', { set_aside: 1, reported: 'log', started: 'with a new one' });
  });
});

onPostgresBehindProxy(
  'a full spool',
  ({ api, database, proxy, server }) => {
    const text = 'word '.repeat(1900);
    let kept: number;

    // C8
    it('takes no record, which responses and health report, and predictions continue', async () => {
      proxy.set('refuse');
      const outcomes: string[] = [];
      for (let i = 0; i < 160; i++) {
        const { body, status } = await api.predict({ text: `${i} ${text}` });
        expect(status).toBe(200);
        outcomes.push(body.persisted);
      }
      kept = outcomes.filter((outcome) => outcome === 'spool').length;
      expect(kept).toBeGreaterThan(50);
      expect(outcomes.at(-1)).toBe('none');
      const prediction = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5, input_text: text };
      expect(await api.predictions.log(prediction)).toMatchObject({
        status: 503,
        headers: { 'retry-after': expect.any(String) },
      });
      expect(await api.health({ key: null })).toMatchObject({ body: { status: 'unhealthy' } });
      expect(await api.readiness({ key: null })).toMatchObject({ status: 200 });
    });

    // C8
    it('is emptied when the database returns, and holds exactly what was acknowledged', async () => {
      proxy.set('pass');
      await until(async () => (await api.health({ key: null })).body.status === 'healthy');
      expect(await database.query('SELECT id FROM predictions')).toHaveLength(kept);
      await server.stop();
      expect(existsSync(join(database.folder, 'spool', 'spool.db'))).toBe(true);
    });
  },
  { scopes: 'predict+read+ingest', settings: { FL_SPOOL_MAX_BYTES: '1048576' } },
);
