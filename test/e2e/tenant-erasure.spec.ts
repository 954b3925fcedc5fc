import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { dataUrl, plain } from '../support/pictures.js';
import { ServerProcess } from '../support/server-process.js';

interface Tenant {
  id: string;
  admin_key: string;
}
interface Certificate {
  certificate_id: string;
  subject_hash: string;
  removed: Record<string, number>;
}

describe.each(DIALECTS)('a whole tenant on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;
  let tenant: Tenant;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, { FL_BLOB_STORE: 'directory', FL_RETENTION_ENABLED: 'false' });
    tenant = await plant('gone');
    await plant('stays');
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  async function plant(slug: string): Promise<Tenant> {
    const { body } = await server.request<Tenant>('/admin/api/tenants', { body: { slug, name: slug } });
    const key = body.admin_key;
    const logged = await server.request<{ id: string }>('/api/v1/predictions', {
      key,
      body: { model: 'm', model_version: 'v', label: 'x', confidence: 0.5, input_text: slug, user_id: 'u' },
    });
    await server.request('/api/v1/labels', {
      key,
      body: { prediction_id: logged.body.id, label: 'y', source: 'system' },
    });
    await server.request(`/api/v1/predictions/${logged.body.id}/feedback`, {
      key,
      method: 'PUT',
      body: { correct: true },
    });
    await server.request('/api/v1/metrics', { key, body: { type: 't', data: {}, external_id: 'e' } });
    await server.request('/admin/api/training-sets', { key, body: {} });
    await server.request('/api/v1/feedback', {
      key,
      body: {
        session_id: 's',
        category: 'bug',
        description: slug,
        url: 'https://a.example',
        timestamp: 'now',
        screenshot: dataUrl(await plain(30, 20)),
      },
    });
    return body;
  }

  const rowsWith = async (id: string): Promise<string[]> => {
    const tables =
      dialect === 'sqlite'
        ? await database.query<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
        : await database.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
    const found: string[] = [];
    for (const { name } of tables)
      if (JSON.stringify(await database.query(`SELECT * FROM "${name}"`)).includes(id)) found.push(name);
    return found;
  };
  const files = (): string[] => {
    const folder = join(database.folder, 'blobs');
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        statSync(join(folder, name)).isFile(),
      );
    } catch {
      return [];
    }
  };
  const erase = (id: string) => server.request<Certificate>(`/admin/api/tenants/${id}`, { method: 'DELETE' });

  it('S4-F3 S2-18 is erased with everything it has, and nobody else', async () => {
    const others = await rowsWith(tenant.id);
    expect(others).toEqual(
      expect.arrayContaining(['predictions', 'api_keys', 'training_sets', 'metric_events', 'tenants']),
    );
    const deadline = Date.now() + 10_000;
    while (files().filter((name) => name.includes(tenant.id)).length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const { body, status } = await erase(tenant.id);
    expect([status, body.subject_hash]).toEqual([200, '*']);
    expect(body.removed).toMatchObject({
      predictions: 1,
      metric_events: 1,
      prediction_labels: 1,
      prediction_votes: 1,
      feedback_submissions: 1,
      training_sets: 1,
    });
    // The log of whoever runs the installation still says that there was one.
    expect(await rowsWith(tenant.id)).toEqual(['audit_log', 'erasures']);
    expect(files().filter((name) => name.includes(tenant.id))).toEqual([]);
    expect((await erase(tenant.id)).body).toEqual(body);
    const log = await server.request<{ data: { action: string; target: string }[] }>('/admin/api/audit');
    expect(log.body.data.filter(({ target }) => target === tenant.id).map(({ action }) => action)).toEqual([
      'tenant.erase',
      'tenant.create',
    ]);
    const { stdout } = await runCli(['rollups', 'check', '--json'], database.environment, database.folder);
    expect(JSON.parse(stdout)).toMatchObject({ differences: [] });
    const slugs = (await server.request<{ data: { slug: string }[] }>('/admin/api/tenants')).body.data;
    expect(slugs.map(({ slug }) => slug).sort()).toEqual(['default', 'stays']);
  });

  it('is not the first one, nor one that is not there', async () => {
    expect((await erase('00000000-0000-7000-8000-000000000001')).status).toBe(409);
    expect((await erase('00000000-0000-7000-8000-00000000abcd')).status).toBe(404);
    const { code, stderr } = await runCli(['tenants', 'erase', 'stays'], database.environment, database.folder);
    expect([code, stderr.includes('Nothing was erased')]).toEqual([2, true]);
  });

  it('does not come back with an older backup', async () => {
    const now = dialect === 'sqlite' ? String(Date.now()) : 'now()';
    await database.query(
      `INSERT INTO tenants (id, slug, name, created_at) VALUES ('${tenant.id}', 'gone', 'gone', ${now})`,
    );
    await database.query('DELETE FROM erasures');
    expect(readFileSync(join(database.folder, 'erasures.jsonl'), 'utf8')).toContain(tenant.id);
    const { stdout } = await runCli(['erase', '--reapply', '--json'], database.environment, database.folder);
    expect(JSON.parse(stdout)).toEqual({ erased: 1 });
    expect(await rowsWith(tenant.id)).toEqual(['audit_log', 'erasures']);
  });

  it('is erased by command too', async () => {
    const { code, stdout } = await runCli(
      ['tenants', 'erase', 'stays', '--yes', '--json'],
      database.environment,
      database.folder,
    );
    expect([code, (JSON.parse(stdout) as Certificate).removed.predictions]).toEqual([0, 1]);
  });
});
