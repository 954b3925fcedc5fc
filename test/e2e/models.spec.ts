import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { ROOT, ServerProcess } from '../support/server-process.js';

interface Model {
  name: string;
  model_version: string;
  labels: string[];
  since: string;
  version: number;
}

describe.each(DIALECTS)('served models on %s', (dialect) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(dialect);
  });
  afterAll(async () => database?.drop());

  it('S2-20 are remembered: which version answered at a moment', async () => {
    const first = await ServerProcess.start(database);
    const list = async (server: ServerProcess, query = ''): Promise<Model[]> =>
      (await server.request<{ data: Model[] }>(`/admin/api/models${query}`)).body.data;
    await until(async () => (await list(first)).length === 1);
    const [before] = (await list(first)) as [Model];
    expect(before).toMatchObject({ labels: ['negative', 'neutral', 'positive'], version: 1 });
    const predicted = await first.request<{ model: string; model_version: string }>('/api/v1/predict', {
      body: { text: 'fine' },
    });
    expect([before.name, before.model_version]).toEqual([predicted.body.model, predicted.body.model_version]);
    await first.stop();

    const folder = mkdtempSync(join(database.folder, 'model-'));
    cpSync(join(ROOT, 'models', 'sentiment-en'), folder, { recursive: true });
    const card = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as object;
    writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...card, version: 'another' }));
    const second = await ServerProcess.start(database, { FL_MODEL_PATH: folder });
    await until(async () => (await list(second))[0]?.model_version === 'another');
    const [after] = (await list(second)) as [Model];
    expect(after.version).toBe(2);
    const justBefore = new Date(Date.parse(after.since) - 1).toISOString();
    expect(await list(second, `?at=${justBefore}`)).toEqual([before]);
    expect(await list(second, `?at=${after.since}`)).toEqual([after]);
    expect(await list(second, '?at=2020-01-01T00:00:00Z')).toEqual([]);
    const history = await second.request<{ data: { changed_by: string; changes: object }[] }>(
      `/admin/api/models/${before.name}/history`,
    );
    expect(history.body.data).toMatchObject([
      { changed_by: 'server', changes: { model_version: [before.model_version, 'another'] } },
    ]);
    expect((await second.request('/admin/api/models/none/history')).status).toBe(404);
    await second.stop();
    // The same again is no version.
    const third = await ServerProcess.start(database, { FL_MODEL_PATH: folder });
    await until(async () => (await third.request('/health')).status === 200);
    expect(await list(third)).toEqual([after]);
    await third.stop();
  });
});
