import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseBehindProxy, databaseBehindProxy, ENVIRONMENT_KEY, until } from '../../support/outage.js';
import { ServerProcess } from '../../support/server-process.js';

const SUBJECT = 'canary-55e0b1 ä/?#@example.com';
/** Replicas share these, as docs/deployment.md describes. */
const SHARED = {
  FL_SECRET_KEY: 'one-secret-for-all-replicas-0123456789abcdef',
  FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
};

describe('the erasure of a data subject, while a second server has no database', () => {
  let behind: DatabaseBehindProxy;
  let away: ServerProcess;
  let here: ServerProcess;

  beforeAll(async () => {
    behind = await databaseBehindProxy('predict+read+read:text+ingest+admin');
    const { database, environment } = behind;
    const settings = { ...environment, ...SHARED };
    away = await ServerProcess.start(database, settings);
    here = await ServerProcess.start(database, {
      ...settings,
      FL_DB_URI: database.environment.FL_DB_URI as string,
      FL_DATA_DIR: mkdtempSync(join(database.folder, 'here-')),
    });
  });
  afterAll(async () => {
    await away?.stop();
    await here?.stop();
    await behind?.drop();
  });

  it('drops what waits in the spool of that server, also records about predictions of the subject', async () => {
    const log = (server: ServerProcess, user_id: string, inference_id: string) =>
      server.api.as(ENVIRONMENT_KEY).predictions.log({
        model: 'm',
        model_version: 'v',
        label: 'l',
        confidence: 1,
        user_id,
        inference_id,
        input_text: 'canary-55e0b1',
      });
    const api = away.api.as(ENVIRONMENT_KEY);
    expect(await log(here, SUBJECT, 'theirs')).toMatchObject({ status: 201 });
    behind.proxy.set('refuse');
    await until(async () => (await log(away, SUBJECT, 'theirs')).status === 202);
    expect(await log(away, 'other', 'others')).toMatchObject({ status: 202 });
    const label = await api.labels.create({ inference_id: 'theirs', label: 'canary-55e0b1', source: 'system' });
    expect(label).toMatchObject({ status: 202 });

    expect(await here.api.as(ENVIRONMENT_KEY).subjects.erase(SUBJECT)).toMatchObject({ status: 200 });
    behind.proxy.set('pass');
    await until(async () => (await api.health()).body.status === 'healthy');
    const stored = await behind.database.query<{ user_id: string }>('SELECT user_id FROM predictions');
    expect(new Set(stored.map(({ user_id }) => user_id))).toEqual(new Set(['other']));
    expect(await behind.database.query('SELECT label FROM prediction_labels')).toEqual([]);
    const { text } = await away.admin.as(ENVIRONMENT_KEY).metrics();
    expect(text).toMatch(/^feedback_loop_erased_rows_dropped_total [1-9]/m);
  });
});
