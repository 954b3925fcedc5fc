import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { ROOT } from '../../support/server-process.js';

/** A copy of the embedded model that calls itself another version. */
function anotherVersion(parent: string): string {
  const folder = mkdtempSync(join(parent, 'model-'));
  cpSync(join(ROOT, 'models', 'sentiment-en'), folder, { recursive: true });
  const card = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...card, version: 'another' }));
  return folder;
}

// S2-20
onBothDatabasesInProcess('served models', ({ admin, api, database, restart }) => {
  const list = async (at?: string) => (await admin.call('list_models', { query: { at } })).body.data;
  type Model = Awaited<ReturnType<typeof list>>[number];
  let before: Model;
  let after: Model;
  let folder: string;

  beforeAll(async () => {
    await until(async () => (await list()).length === 1);
    [before] = (await list()) as [Model];
    folder = anotherVersion(database.folder);
  });

  it('are listed with the version that responds', async () => {
    const { body } = await api.predict({ text: 'fine' });
    expect(before).toMatchObject({
      name: body.model,
      model_version: body.model_version,
      labels: ['negative', 'neutral', 'positive'],
      version: 1,
    });
  });

  it('have a new version after a start with another one', async () => {
    await restart({ FL_MODEL_PATH: folder });
    await until(async () => (await list())[0]?.model_version === 'another');
    [after] = (await list()) as [Model];
    expect(after).toMatchObject({ name: before.name, version: 2 });
  });

  it('are listed as of any moment', async () => {
    expect(await list(new Date(Date.parse(after.since) - 1).toISOString())).toEqual([before]);
    expect(await list(after.since)).toEqual([after]);
    expect(await list('2020-01-01T00:00:00Z')).toEqual([]);
  });

  it('have a history of their changes', async () => {
    const history = await admin.call('model_history', { path: { name: before.name } });
    expect(history.body.data).toMatchObject([
      { changed_by: 'server', changes: { model_version: [before.model_version, 'another'] } },
    ]);
    expect(await admin.call('model_history', { path: { name: 'none' } })).toMatchObject({ status: 404 });
  });

  it('have no new version after a start with the same one', async () => {
    await restart({ FL_MODEL_PATH: folder });
    await until(async () => (await api.health()).body.status === 'healthy');
    expect(await list()).toEqual([after]);
  });
});
