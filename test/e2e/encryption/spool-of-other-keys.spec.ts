import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onPostgresBehindProxy } from '../../support/environment.js';
import { ENVIRONMENT_KEY, until } from '../../support/outage.js';
import type { ServerProcess } from '../../support/server-process.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
const SHARED = {
  FL_SECRET_KEY: 'one-secret-for-all-replicas-0123456789abcdef',
  FL_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64'),
};

onPostgresBehindProxy(
  'a server with generated keys that starts in an outage',
  ({ database, proxy, startServer }) => {
    let first: ServerProcess;
    const as = (server: ServerProcess) => server.api.as(ENVIRONMENT_KEY);
    const readiness = async (server: ServerProcess) =>
      (await server.request('/health/readiness', { key: null })).status;
    const spool = async (server: ServerProcess) => {
      const { text } = await server.admin.metrics({ key: ENVIRONMENT_KEY });
      const read = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
      return { waiting: read('spool_rows'), dead: read('spool_dead_letter_rows') };
    };

    /** Returns the folder of the server, with a record in its spool, and the id of the record. */
    const spoolWithOtherKeys = async (text: string) => {
      const folder = mkdtempSync(join(database.folder, 'other-'));
      proxy.set('refuse');
      const other = await startServer({ FL_DATA_DIR: folder });
      const accepted = await as(other).predictions.log(
        { ...LOGGED, input_text: text },
        { key: ENVIRONMENT_KEY, headers: { 'idempotency-key': text } },
      );
      expect(accepted).toMatchObject({ status: 202 });
      proxy.set('pass');
      await until(async () => (await readiness(other)) === 503);
      expect(await as(other).predictions.log(LOGGED)).toMatchObject({ status: 503, body: { code: 'keys_mismatch' } });
      expect(await spool(other)).toEqual({ waiting: 1, dead: 0 });
      await other.stop();
      return { folder, id: accepted.body.id };
    };

    beforeAll(async () => {
      first = await startServer(SHARED);
      expect(await readiness(first)).toBe(200);
    });

    it('keeps what it accepted, and writes it so that all servers can read it once it has their keys', async () => {
      const { folder, id } = await spoolWithOtherKeys('spooled with generated keys');
      const restarted = await startServer({ FL_DATA_DIR: folder, ...SHARED });
      await until(async () => (await spool(restarted)).waiting === 0);
      expect(await spool(restarted)).toEqual({ waiting: 0, dead: 0 });
      expect(await as(first).predictions.get(id)).toMatchObject({
        status: 200,
        body: { input_text: 'spooled with generated keys' },
      });
    });

    it('keeps what no key opens as a dead letter', async () => {
      const { folder, id } = await spoolWithOtherKeys('spooled with a lost key');
      rmSync(join(folder, 'encryption.key'));
      const restarted = await startServer({ FL_DATA_DIR: folder, ...SHARED });
      await until(async () => (await spool(restarted)).dead === 1);
      expect(await as(first).predictions.get(id)).toMatchObject({ status: 404 });
    });
  },
  { start: false, scopes: 'predict+read+read:text+ingest+admin' },
);
