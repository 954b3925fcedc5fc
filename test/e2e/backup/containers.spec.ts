import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { postgresDatabaseOf, type TestDatabase } from '../../support/databases.js';
import { InProcessServer } from '../../support/in-process-server.js';
import { PostgresCluster } from '../../support/postgres-cluster.js';
import { describeWithPostgresTools } from '../../support/postgres-tools.js';
import { ROOT } from '../../support/server-process.js';

const SETTINGS = { FL_DB_AUTO_MIGRATE: 'true', FL_RETENTION_ENABLED: 'false' };
const OLD_DUMP = 'feedback-loop-20200101T000000Z.dump';

// S1-54 S1-56
describeWithPostgresTools('the backups of the PostgreSQL container', (bin) => {
  let cluster: PostgresCluster;
  let database: TestDatabase;
  let folder: string;
  let dumps: string;
  beforeAll(async () => {
    cluster = await PostgresCluster.create(bin);
    folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'container-'));
    dumps = mkdtempSync(join(folder, 'dumps-'));
    database = await postgresDatabaseOf(cluster.url, folder);
  });
  afterAll(() => cluster?.stop());

  const nameOfDatabase = () => new URL(database.environment.FL_DB_URI as string).pathname.slice(1);
  /** A script of docker/postgres as the container runs it. */
  const script = (name: string, args: string[] = [], more: Record<string, string> = {}) => {
    const { hostname, password, port, username } = new URL(cluster.url);
    return spawnSync('sh', [join(ROOT, 'docker', 'postgres', name), ...args], {
      encoding: 'utf8',
      // The script that makes a dump every day does not end.
      timeout: args.includes('daily') ? 5000 : 60_000,
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        BACKUP_DIR: dumps,
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: username,
        PGPASSWORD: password,
        PGDATABASE: nameOfDatabase(),
        ...more,
      },
    });
  };
  const start = () => InProcessServer.start(database, SETTINGS);
  const command = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await runCliInProcess([...args, '--json'], { ...database.environment, ...SETTINGS }, folder)).stdout);
  const totalOf = async ({ api }: InProcessServer) => (await api.analytics.summary()).body.total_predictions;
  const addOldDump = (): void => {
    const old = join(dumps, OLD_DUMP);
    writeFileSync(old, '');
    utimesSync(old, 0, 0);
  };

  it.each([
    ['once', []],
    ['daily', ['daily']],
  ])('leave no partial dump, and delete no other, when a dump fails (%s)', (_name, args) => {
    addOldDump();
    const failed = script('backup.sh', args, { PGDATABASE: 'nowhere' });
    expect(failed.status).not.toBe(0);
    expect(failed.stdout).toBe('');
    expect(readdirSync(dumps).filter((name) => name.endsWith('.dump'))).toEqual([OLD_DUMP]);
  });

  it('replace the database while no server runs, expire, and erasures since then are repeated', async () => {
    const server = await start();
    await server.api.predict({ text: 'kept', user_id: 'a' });
    await server.api.predict({ text: 'erased later', user_id: 'b' });
    addOldDump();
    const made = script('backup.sh');
    expect(made).toMatchObject({ status: 0, stderr: '' });
    // The old dump is deleted.
    expect(readdirSync(dumps)).toHaveLength(1);
    const dump = made.stdout.trim();
    await server.api.predict({ text: 'after the dump', user_id: 'a' });
    expect(await server.api.subjects.erase('b')).toMatchObject({ status: 200 });

    const whileConnected = script('restore.sh', [dump]);
    expect(whileConnected.status).not.toBe(0);
    expect(whileConnected.stderr).toContain('being accessed');
    expect(await totalOf(server)).toBe(2);
    await server.stop();
    const broken = join(folder, 'broken.dump');
    writeFileSync(broken, 'not a dump');
    expect(script('restore.sh', [broken]).status).not.toBe(0);
    expect(script('restore.sh', [dump])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${nameOfDatabase()}_before_`) as string,
    });
    // The ledger, which is not in the dump, names the subject that the dump has brought back.
    expect(await command('erase', '--reapply')).toEqual({ erased: 1 });

    const again = await start();
    expect(await totalOf(again)).toBe(1);
    expect(await command('rollups', 'check')).toMatchObject({ differences: [] });
    await again.stop();
  });
});
