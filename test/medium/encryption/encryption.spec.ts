import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const CANARY = 'canary-5b1e sings in the data folder';
const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };

onBothDatabasesInProcess('encryption of texts', ({ api, database, restart }) => {
  // S0-F3 S4-F3
  it('keeps texts out of the database and its files, and shows them to keys that may read texts', async () => {
    const { body } = await api.predictions.log({ ...LOGGED, input_text: CANARY, metadata: { note: CANARY } });
    const [row] = await database.query<{ input_text: string; metadata: unknown }>(
      `SELECT input_text, metadata FROM predictions WHERE id = '${body.id}'`,
    );
    expect(row).toMatchObject({ input_text: expect.stringMatching(/^v1\.[0-9a-f]{8}\./) });
    expect(JSON.stringify(row)).not.toContain('canary');
    expect(await api.predictions.get(body.id)).toMatchObject({
      body: { input_text: CANARY, metadata: { note: CANARY } },
    });

    const files = readdirSync(database.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(database.folder, name)).isFile(),
    );
    const leaking = files.filter((name) => readFileSync(join(database.folder, name)).includes('canary-5b1e'));
    expect(leaking).toEqual([]);
  });

  it('reads texts with a previous key until they are re-encrypted, and names the fault without it', async () => {
    const old = readFileSync(join(database.folder, 'encryption.key'), 'utf8').trim();
    const fresh = Buffer.alloc(32, 5).toString('base64');
    const run = (command: 'rotate' | 'status', keys: string) =>
      runCliInProcess(['encryption', command], { ...database.environment, FL_ENCRYPTION_KEY: keys }, database.folder);
    const { body } = await api.predictions.log({ ...LOGGED, input_text: 'before' });

    await restart({ FL_ENCRYPTION_KEY: `${fresh},${old}` });
    expect(await api.predictions.get(body.id)).toMatchObject({ body: { input_text: 'before' } });

    await restart({ FL_ENCRYPTION_KEY: fresh });
    expect(await api.predictions.get(body.id)).toMatchObject({ status: 500, body: { code: 'field_unreadable' } });
    expect(await run('rotate', fresh)).toMatchObject({ code: 1 });
    expect(await run('status', `${fresh},${old}`)).toMatchObject({ code: 3 });

    expect(await run('rotate', `${fresh},${old}`)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/predictions {2}[1-9]\d* re-encrypted, 0 unreadable/),
    });
    // The new key alone is enough now.
    expect(await api.predictions.get(body.id)).toMatchObject({ body: { input_text: 'before' } });
    expect(await run('status', fresh)).toMatchObject({ code: 0 });
  });
});
