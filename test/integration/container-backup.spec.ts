import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { describeWithPostgresTools } from '../support/postgres-tools.js';
import { ROOT, ServerProcess } from '../support/server-process.js';

describeWithPostgresTools('S1-54 S1-56 backups of containers', (bin) => {
  let cluster: PostgresCluster;
  let folder: string;
  let dumps: string;
  beforeAll(async () => {
    cluster = await PostgresCluster.create(bin);
    folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'container-'));
    dumps = mkdtempSync(join(folder, 'dumps-'));
    await cluster.query('CREATE DATABASE feedback_loop');
  });
  afterAll(() => cluster?.stop());

  const environment = (): Record<string, string> => {
    const url = new URL(cluster.url);
    url.pathname = '/feedback_loop';
    return { FL_DATA_DIR: folder, FL_DB_URI: url.href, FL_DB_AUTO_MIGRATE: 'true', FL_RETENTION_ENABLED: 'false' };
  };
  const script = (name: string, environmentOf: Record<string, string>, ...args: string[]) => {
    const { hostname, password, port, username } = new URL(cluster.url);
    return spawnSync('sh', [join(ROOT, 'docker', 'postgres', name), ...args], {
      encoding: 'utf8',
      // That of every day does not end by itself.
      timeout: args.includes('daily') ? 5000 : 60_000,
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        BACKUP_DIR: dumps,
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: username,
        PGPASSWORD: password,
        PGDATABASE: 'feedback_loop',
        ...environmentOf,
      },
    });
  };
  const start = (): Promise<ServerProcess> =>
    ServerProcess.start({ folder, environment: environment() } as unknown as Parameters<typeof ServerProcess.start>[0]);
  const total = async (server: ServerProcess): Promise<number> =>
    (await server.request<{ total_predictions: number }>('/api/v1/analytics/summary')).body.total_predictions;

  it('what could not be dumped is no dump, and lets no other go', () => {
    const old = join(dumps, 'feedback-loop-20200101T000000Z.dump');
    writeFileSync(old, '');
    utimesSync(old, 0, 0);
    for (const args of [[], ['daily']]) {
      const { status, stdout } = script('backup.sh', { PGDATABASE: 'nowhere' }, ...args);
      expect([args, status === 0, stdout]).toEqual([args, false, '']);
      expect(readdirSync(dumps).filter((name) => name.endsWith('.dump'))).toEqual([
        'feedback-loop-20200101T000000Z.dump',
      ]);
    }
  });

  it('a dump is made, old ones go, and it takes the place of the database while no server runs', async () => {
    let server = await start();
    const predict = (text: string, user_id: string) => server.request('/api/v1/predict', { body: { text, user_id } });
    await predict('kept', 'a');
    await predict('erased later', 'b');
    const old = join(dumps, 'feedback-loop-20200101T000000Z.dump');
    writeFileSync(old, '');
    utimesSync(old, 0, 0);
    const made = script('backup.sh', {});
    expect([made.status, made.stderr, readdirSync(dumps).length]).toEqual([0, '', 1]);
    const dump = made.stdout.trim();
    await predict('after the dump', 'a');
    expect((await server.request('/api/v1/subjects/b', { method: 'DELETE' })).status).toBe(200);

    const connected = script('restore.sh', {}, dump);
    expect([connected.status === 0, connected.stderr]).toEqual([false, expect.stringContaining('being accessed')]);
    expect(await total(server)).toBe(2);
    await server.stop();
    const broken = join(folder, 'broken.dump');
    writeFileSync(broken, 'no dump');
    expect(script('restore.sh', {}, broken).status).not.toBe(0);
    const restored = script('restore.sh', {}, dump);
    expect([restored.status, restored.stdout]).toEqual([0, expect.stringContaining('feedback_loop_before_')]);
    // Whom the dump has brought back is told by the ledger, which was not in it.
    const again = await runCli(['erase', '--reapply', '--json'], environment(), folder);
    expect(JSON.parse(again.stdout)).toEqual({ erased: 1 });
    server = await start();
    expect(await total(server)).toBe(1);
    const check = await runCli(['rollups', 'check', '--json'], environment(), folder);
    expect(JSON.parse(check.stdout)).toMatchObject({ differences: [] });
    await server.stop();
  });
});
