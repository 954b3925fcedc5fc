import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../support/cli.js';
import { createTestDatabase, type TestDatabase } from '../../support/databases.js';
import { PostgresCluster } from '../../support/postgres-cluster.js';
import { ServerProcess } from '../../support/server-process.js';
import { describeWithTmpfs, TMPFS } from '../../support/tmpfs.js';

/** What the server says in each place of what can lose acknowledged records. */
async function reportsOf(server: ServerProcess): Promise<{ health: unknown; metrics: string[]; log: string[] }> {
  const { body } = await server.admin.health();
  const { text } = await server.admin.metrics();
  return {
    health: body.components.durability,
    metrics: [...text.matchAll(/^durability_risk\{risk="(\w+)"\} 1$/gm)].map(([, risk]) => risk!).sort(),
    log: [...server.log.matchAll(/"risk":"(\w+)".*"acknowledged records can be lost"/g)]
      .map(([, risk]) => risk!)
      .sort(),
  };
}

async function configCheck(environment: Record<string, string>, folder: string): Promise<string[]> {
  const { code, stdout } = await runCli(['config', 'check', '--json'], environment, folder);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { warnings: { code: string }[] }).warnings.map(({ code: risk }) => risk).sort();
}

// F25
describe('a PostgreSQL that is tuned at the cost of safety', () => {
  const RISKS = ['fsync_off', 'full_page_writes_off', 'unlogged_tables'];
  let cluster: PostgresCluster;
  let folder: TestDatabase;
  let environment: Record<string, string>;
  let server: ServerProcess;

  beforeAll(async () => {
    [cluster, folder] = await Promise.all([PostgresCluster.create(), createTestDatabase('sqlite')]);
    environment = { ...folder.environment, FL_DB_URI: cluster.url, FL_DB_AUTO_MIGRATE: 'true' };
    for (const setting of ['fsync', 'full_page_writes']) await cluster.query(`ALTER SYSTEM SET ${setting} = off`);
    await cluster.query('SELECT pg_reload_conf()');
    expect((await runCli(['migrate', 'up'], environment, folder.folder)).code).toBe(0);
    await cluster.query('ALTER TABLE growth_samples SET UNLOGGED');
    server = await ServerProcess.start(folder, environment);
  });
  afterAll(async () => {
    await server?.stop();
    await cluster?.drop();
  });

  it('is named in the health, a metric and the log', async () => {
    const { health, log, metrics } = await reportsOf(server);
    expect(health).toMatchObject({
      status: 'down',
      risks: expect.arrayContaining([
        expect.objectContaining({ code: 'fsync_off', remedy: 'Set fsync = on in postgresql.conf and reload.' }),
        expect.objectContaining({ code: 'unlogged_tables', problem: expect.stringContaining('growth_samples') }),
      ]),
    });
    expect(metrics).toEqual(expect.arrayContaining(RISKS));
    expect(log).toEqual(expect.arrayContaining(RISKS));
    expect((await server.request('/health', { key: null })).body.status).toBe('healthy');
  });

  it('is named by config check', async () => {
    expect(await configCheck(environment, folder.folder)).toEqual(expect.arrayContaining(RISKS));
  });

  it('is not named once it is fixed', async () => {
    for (const setting of ['fsync', 'full_page_writes']) await cluster.query(`ALTER SYSTEM RESET ${setting}`);
    await cluster.query('SELECT pg_reload_conf()');
    await cluster.query('ALTER TABLE growth_samples SET LOGGED');
    const warnings = await configCheck(environment, folder.folder);
    expect(warnings.filter((risk) => RISKS.includes(risk))).toEqual([]);
  });

  it('reports that it cannot be reached', async () => {
    const { code, stderr } = await runCli(
      ['config', 'check'],
      { ...folder.environment, FL_DB_URI: 'postgresql://user@127.0.0.1:9/none' },
      folder.folder,
    );
    expect(code).toBe(0);
    expect(stderr).toContain('The database cannot be reached, so its settings were not checked.');
  });
});

describeWithTmpfs('data in memory', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(TMPFS, 'feedback-loop-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is named for SQLite, the spool and generated keys', async () => {
    const database = await createTestDatabase('sqlite');
    const server = await ServerProcess.start({ ...database, folder }, { FL_DATA_DIR: folder });
    const reported = await reportsOf(server);
    await server.stop();
    const all = ['database_on_temporary_volume', 'keys_on_temporary_volume', 'spool_on_temporary_volume'];
    expect(reported).toMatchObject({ health: { status: 'down' }, metrics: all, log: all });
    expect(await configCheck({ FL_DATA_DIR: folder }, folder)).toEqual(all);
  });

  it('is named for PostgreSQL', async () => {
    const cluster = await PostgresCluster.create(undefined, TMPFS);
    const { folder: data } = await createTestDatabase('sqlite');
    const warnings = await configCheck({ FL_DATA_DIR: data, FL_DB_URI: cluster.url }, data);
    await cluster.drop();
    expect(warnings).toContain('database_on_temporary_volume');
  });
});
