import { randomBytes } from 'node:crypto';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { ENVIRONMENT_KEY, until } from '../../support/outage.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5, input_text: 'a text' };
const encryptionKey = (): string => randomBytes(32).toString('base64');
const secret = (): string => randomBytes(32).toString('base64url');

onBothDatabasesInProcess(
  'keys of the database',
  ({ api, database, restart, server }) => {
    const own = { FL_ENCRYPTION_KEY: encryptionKey(), FL_SECRET_KEY: secret() };
    const log = () => api.predictions.log(LOGGED, { key: ENVIRONMENT_KEY });
    const readiness = () => server.request('/health/readiness', { key: null });
    const run = (args: string[], settings: Record<string, string>) =>
      runCliInProcess(args, { ...database.environment, ...settings }, database.folder);
    /** Names the key that the message about a mismatch must ask for. */
    const refusesToServe = async (variable: string) => {
      expect(await readiness()).toMatchObject({
        status: 503,
        body: { status: 'unhealthy', detail: expect.stringContaining(variable) },
      });
      expect(await log()).toMatchObject({ status: 503, body: { code: 'keys_mismatch' } });
      expect(await api.predictions.list({}, { key: ENVIRONMENT_KEY })).toMatchObject({
        status: 503,
        body: { code: 'keys_mismatch' },
      });
    };

    beforeAll(async () => {
      await database.query('DELETE FROM key_checks');
      await restart(own);
    });

    it.each([
      ['FL_ENCRYPTION_KEY', encryptionKey()],
      ['FL_SECRET_KEY', secret()],
    ])('must be those of the server: another %s does not serve', async (variable, other) => {
      expect(await log()).toMatchObject({ status: 201 });
      const before = await database.query<{ n: number }>('SELECT COUNT(*) AS n FROM predictions');

      await restart({ ...own, [variable]: other });
      await refusesToServe(variable);
      expect(server.log).toContain('the keys of this server do not match the database');
      expect(await database.query('SELECT COUNT(*) AS n FROM predictions')).toEqual(before);

      await restart(own);
      expect(await readiness()).toMatchObject({ status: 200, body: { status: 'healthy' } });
      expect(await log()).toMatchObject({ status: 201 });
    });

    it('may be rotated: the previous key stays behind the new one until it is not needed', async () => {
      const next = encryptionKey();
      await restart({ ...own, FL_ENCRYPTION_KEY: `${own.FL_ENCRYPTION_KEY},${next}` });
      expect(await log()).toMatchObject({ status: 201 });
      await restart({ ...own, FL_ENCRYPTION_KEY: `${next},${own.FL_ENCRYPTION_KEY}` });
      expect(await log()).toMatchObject({ status: 201 });
      await restart({ ...own, FL_ENCRYPTION_KEY: next });
      expect(await log()).toMatchObject({ status: 201 });

      await restart(own);
      await refusesToServe('FL_ENCRYPTION_KEY');
      await restart({ ...own, FL_ENCRYPTION_KEY: `${own.FL_ENCRYPTION_KEY},${next}` });
      expect(await log()).toMatchObject({ status: 201 });
      await restart(own);
    });

    it('are compared by config check and by commands, and replaced only by a command that asks', async () => {
      const other = { ...own, FL_ENCRYPTION_KEY: encryptionKey() };
      expect(await run(['config', 'check'], own)).toMatchObject({ code: 0 });
      expect(await run(['config', 'check'], other)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('FL_ENCRYPTION_KEY: the database has key'),
      });
      expect(await run(['keys', 'list'], other)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Set FL_ENCRYPTION_KEY to the value of the servers'),
      });

      expect(await run(['encryption', 'adopt'], other)).toMatchObject({ code: 2 });
      expect(await run(['config', 'check'], own)).toMatchObject({ code: 0 });
      expect(await run(['encryption', 'adopt', '--yes'], other)).toMatchObject({ code: 0 });
      expect(await run(['config', 'check'], other)).toMatchObject({ code: 0 });

      await restart(own);
      await refusesToServe('FL_ENCRYPTION_KEY');
      // Without a restart: the server asks again.
      expect(await run(['encryption', 'adopt', '--yes'], own)).toMatchObject({ code: 0 });
      await until(async () => (await readiness()).status === 200);
    });
  },
  { settings: { FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read+read:text+ingest` } },
);
