import { runCliInProcess } from '../../support/cli-in-process.js';
import { onPostgresInProcess } from '../../support/in-process-environment.js';
import { ENVIRONMENT_KEY, until } from '../../support/outage.js';

onPostgresInProcess(
  'a server whose database is not migrated',
  ({ api, database }) => {
    it('is not ready, serves predictions without recording them, and recovers when the database is migrated', async () => {
      const predict = () => api.as(ENVIRONMENT_KEY).predict({ text: 'fine' });
      expect(await api.as(null).readiness()).toMatchObject({ status: 503, body: { status: 'unhealthy' } });
      expect(await api.as(null).call('startup', {})).toMatchObject({ status: 200 });
      expect(await predict()).toMatchObject({ status: 200, body: { persisted: 'none' } });

      const migrated = await runCliInProcess(['migrate', 'up'], database.environment, database.folder);
      expect(migrated).toMatchObject({ code: 0 });
      await until(async () => (await api.as(null).readiness()).status === 200);
      expect(await predict()).toMatchObject({ status: 200, body: { persisted: 'database' } });
    });
  },
  { migrated: false, settings: { FL_API_KEYS: `${ENVIRONMENT_KEY}:predict`, FL_SPOOL_ENABLED: 'false' } },
);
