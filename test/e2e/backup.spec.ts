import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { type CliResult, runCli } from '../support/cli.js';
import { Load } from '../support/load.js';
import { until } from '../support/outage.js';
import { dataUrl, plain } from '../support/pictures.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { describeWithPostgresTools } from '../support/postgres-tools.js';
import { ROOT, ServerProcess } from '../support/server-process.js';

const CANARY = 'canary-b4c';
const newFolder = (): string => mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'backup-'));

/** A place for a server: its folder, and where its database is. */
interface Place {
  folder: string;
  environment: Record<string, string>;
  /** Ids of predictions, past the product. */
  predictions(): Promise<Set<string>>;
  dump(): Promise<string>;
}

function sqlitePlace(): Promise<Place> {
  const folder = newFolder();
  const query = (text: string): Record<string, unknown>[] => {
    const database = new BetterSqlite3(join(folder, 'feedback-loop.db'), { readonly: true });
    try {
      return database.prepare(text).all() as Record<string, unknown>[];
    } finally {
      database.close();
    }
  };
  return Promise.resolve({
    folder,
    environment: { FL_DATA_DIR: folder },
    predictions: () => Promise.resolve(new Set(query('SELECT id FROM predictions').map(({ id }) => String(id)))),
    dump: () =>
      Promise.resolve(
        JSON.stringify([query('SELECT * FROM predictions'), query('SELECT * FROM feedback_submissions')]),
      ),
  });
}

function behaviour(place: () => Promise<Place>, extra: Record<string, string>): void {
  const ENVIRONMENT = {
    FL_BLOB_STORE: 'directory',
    FL_DB_AUTO_MIGRATE: 'true',
    FL_RETENTION_ENABLED: 'false',
    ...extra,
  };
  const backups = newFolder;
  let here: Place;
  let server: ServerProcess;
  let folder: string;
  let file: string;
  let acknowledged: string[];

  const cli = (args: string[], at: Place = here): Promise<CliResult> =>
    runCli(args, { ...at.environment, ...ENVIRONMENT }, at.folder);
  const run = (at: Place): Promise<ServerProcess> =>
    ServerProcess.start(
      { folder: at.folder, environment: at.environment } as unknown as Parameters<typeof ServerProcess.start>[0],
      ENVIRONMENT,
    );
  const json = ({ stderr, stdout }: CliResult): Record<string, unknown> => {
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  beforeAll(async () => {
    here = await place();
    server = await run(here);
    for (const user of ['u1', CANARY])
      await server.request('/api/v1/feedback', {
        body: {
          session_id: 's',
          category: 'bug',
          description: `by ${user}`,
          url: 'https://a.example',
          timestamp: 'now',
          user_id: user,
          screenshot: dataUrl(await plain(30, 20)),
        },
      });
    await until(async () => {
      const { body } = await server.request<{ data: { screenshots: { state: string }[] }[] }>('/admin/api/feedback');
      return body.data.every(({ screenshots }) => screenshots[0]?.state === 'ready');
    });
    const load = new Load(server, server.adminKey, 4);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    acknowledged = [...load.result.acknowledged];
    folder = backups();
    const made = json(await cli(['backup', '--to', folder, '--json']));
    const { failures, unrecorded } = await load.stop();
    expect([failures, unrecorded]).toEqual([[], 0]);
    file = String(made.file);
    await server.stop();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it('S1-54 S1-56 S2-F9 holds, in an empty place, every record acknowledged before it was begun, pictures too', async () => {
    const other = await place();
    for (const name of ['encryption.key', 'secret.key'])
      writeFileSync(join(other.folder, name), readFileSync(join(here.folder, name)), { mode: 0o600 });
    writeFileSync(join(other.folder, 'erasures.jsonl'), '');
    const restored = json(await cli(['restore', '--from', file, '--json'], other));
    expect(restored).toMatchObject({ former: null, pictures: 4, warnings: [], migrated: [] });
    const known = await other.predictions();
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
    expect(known.size).toBe((restored.rows as Record<string, number>).predictions);
    const { stdout } = await cli(['rollups', 'check', '--json'], other);
    expect(JSON.parse(stdout)).toMatchObject({ differences: [] });
    writeFileSync(join(other.folder, 'admin.key'), readFileSync(join(here.folder, 'admin.key')));
    const again = await run(other);
    const { body } = await again.request<{ data: { id: string }[] }>('/admin/api/feedback');
    expect(body.data).toHaveLength(2);
    const picture = await again.request(`/admin/api/feedback/${body.data[0]?.id}/screenshots/0`);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp']);
    await again.stop();
  });

  it('S1-56 replaces what is there only when told to, keeps it aside, and erases again who was erased since', async () => {
    const asked = await cli(['restore', '--from', file]);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('Say --yes')]);
    const certificate = json(await cli(['erase', CANARY, '--yes', '--json']));
    expect(Date.parse(String(certificate.backups_may_hold_until))).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    expect(await here.dump()).not.toContain(CANARY);
    // As if another server, with a data folder of its own, had erased: what is replaced knows of it.
    rmSync(join(here.folder, 'erasures.jsonl'));
    const restored = json(await cli(['restore', '--from', file, '--yes', '--json']));
    expect(restored).toMatchObject({ erased_again: 1, warnings: [], former: expect.stringContaining('before') });
    expect(await here.dump()).not.toContain(CANARY);
  });

  it('is refused while a server runs', async () => {
    const running = await run(here);
    const { code, stderr } = await cli(['restore', '--from', file, '--yes']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Stop every server')]);
    expect((await running.request('/api/v1/predict', { body: { text: 'still here' } })).body).toMatchObject({
      persisted: 'database',
    });
    await running.stop();
  });

  it('is checked, and one that is damaged changes nothing', async () => {
    expect(json(await cli(['backup', '--check', file, '--json']))).toMatchObject({ ok: true });
    const before = await here.dump();
    const bytes = readFileSync(file);
    for (const [name, change] of [
      ['cut', bytes.subarray(0, bytes.length - 100)],
      [
        'flipped',
        Buffer.concat([bytes.subarray(0, 2000), Buffer.from([(bytes[2000] as number) ^ 1]), bytes.subarray(2001)]),
      ],
      ['none', Buffer.from('not a backup')],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, change);
      for (const args of [
        ['backup', '--check', path],
        ['restore', '--from', path, '--yes'],
      ]) {
        const { code, stderr } = await cli(args);
        expect([name, code, stderr]).toEqual([name, 1, expect.stringContaining('cannot be used')]);
      }
    }
    expect(await here.dump()).toBe(before);
    expect(readdirSync(here.folder).filter((name) => name.startsWith('.restore'))).toEqual([]);
  });

  it('S1-55 keeps as many days as it is told to, and readable by its owner alone', async () => {
    const old = join(folder, 'feedback-loop-20250101T000000Z.backup.zip');
    writeFileSync(old, '');
    utimesSync(old, 0, 0);
    writeFileSync(join(folder, 'mine.zip'), '');
    utimesSync(join(folder, 'mine.zip'), 0, 0);
    const made = json(await cli(['backup', '--to', folder, '--keep-days', '7', '--json']));
    expect(made.deleted).toEqual([old]);
    expect(made.file).toMatch(/feedback-loop-\w+-[0-9a-f]{8}-\d{8}T\d{6}Z\.backup\.zip$/);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['mine.zip']));
    expect(statSync(String(made.file)).mode & 0o777).toBe(0o600);
  });

  it('says which key it wants, and that the ledger of erasures is not there', async () => {
    const other = await place();
    const missing = await cli(['restore', '--from', file, '--ledger', join(other.folder, 'none.jsonl')], other);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('cannot be read')]);
    const restored = json(await cli(['restore', '--from', file, '--json'], other));
    expect(restored.warnings).toEqual([
      expect.stringContaining('FL_ENCRYPTION_KEY'),
      expect.stringContaining('erase --reapply'),
    ]);
  });

  it('is not taken from a picture that goes meanwhile', async () => {
    const blobs = join(here.folder, 'blobs');
    mkdirSync(join(blobs, 'x'), { recursive: true });
    symlinkSync(join(blobs, 'nowhere'), join(blobs, 'x', 'gone'));
    const made = json(await cli(['backup', '--to', join(folder, 'again.zip'), '--json']));
    expect(made.file).toBe(join(folder, 'again.zip'));
    expect(readdirSync(folder).filter((name) => name.startsWith('.') || name.endsWith('.part'))).toEqual([]);
  });
}

describe('a backup of sqlite', () => {
  behaviour(sqlitePlace, {});

  it('takes the place of a file that cannot be read, and of what a crash has left beside it', async () => {
    const { environment, folder } = await sqlitePlace();
    const path = join(folder, 'feedback-loop.db');
    await runCli(['migrate', 'up'], environment, folder);
    const backup = join(folder, 'b.zip');
    await runCli(['backup', '--to', backup], environment, folder);
    writeFileSync(path, Buffer.concat([Buffer.alloc(200, 1), readFileSync(path).subarray(200)]));
    const asked = await runCli(['restore', '--from', backup], environment, folder);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('cannot be read')]);
    expect((await runCli(['restore', '--from', backup, '--yes'], environment, folder)).code).toBe(0);
    // The main file is gone, its WAL is not.
    const other = new BetterSqlite3(join(folder, 'other.db'));
    other.pragma('journal_mode = WAL');
    other.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    copyFileSync(join(folder, 'other.db-wal'), `${path}-wal`);
    other.close();
    rmSync(path);
    expect((await runCli(['restore', '--from', backup, '--yes'], environment, folder)).code).toBe(0);
    expect((await runCli(['migrate', 'check'], environment, folder)).code).toBe(0);
  });

  it('S1-54 S1-56 is made and restored by the scripts, which ask before they replace', async () => {
    const { environment, folder } = await sqlitePlace();
    const server = await ServerProcess.start(
      { folder, environment } as unknown as Parameters<typeof ServerProcess.start>[0],
      {},
    );
    await server.request('/api/v1/predict', { body: { text: 'kept' } });
    await server.stop();
    const backups = newFolder();
    const script = (name: string, args: string[], input: string) =>
      spawnSync('bash', [join(ROOT, 'scripts', name), ...args], {
        env: { PATH: process.env.PATH, BACKUP_DIR: backups, ...environment },
        input,
        encoding: 'utf8',
      });
    const made = script('backup_database.sh', [], '');
    expect([made.status, made.stdout, made.stderr]).toEqual([0, '', '']);
    const [name] = readdirSync(backups) as [string];
    const refused = script('restore_database.sh', [join(backups, name)], 'no\n');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('Nothing was restored')]);
    const done = script('restore_database.sh', [join(backups, name)], 'restore\n');
    expect([done.status, done.stdout]).toEqual([0, expect.stringContaining('Restored the state of')]);
    expect(script('restore_database.sh', [], '').status).toBe(2);
  });
});

describeWithPostgresTools('a backup of postgresql', (bin) => {
  const clusters: PostgresCluster[] = [];
  afterAll(async () => {
    for (const cluster of clusters) await cluster.stop();
  });
  behaviour(
    async () => {
      const cluster = await PostgresCluster.create(bin);
      clusters.push(cluster);
      const folder = newFolder();
      return {
        folder,
        environment: { FL_DATA_DIR: folder, FL_DB_URI: cluster.url },
        predictions: async () =>
          new Set((await cluster.query<{ id: string }>('SELECT id FROM predictions')).map(({ id }) => id)),
        dump: async () =>
          JSON.stringify([
            await cluster.query('SELECT * FROM predictions ORDER BY id'),
            await cluster.query('SELECT * FROM feedback_submissions ORDER BY id'),
          ]),
      };
    },
    { FL_PG_TOOLS_DIR: bin },
  );

  it('does not touch a database in which somebody else lives too', async () => {
    const cluster = await PostgresCluster.create(bin);
    clusters.push(cluster);
    const folder = newFolder();
    const environment = { FL_DATA_DIR: folder, FL_DB_URI: cluster.url, FL_PG_TOOLS_DIR: bin };
    await runCli(['migrate', 'up'], environment, folder);
    const backup = join(folder, 'b.zip');
    expect((await runCli(['backup', '--to', backup], environment, folder)).code).toBe(0);
    await cluster.query(
      'DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)',
    );
    const { code, stderr } = await runCli(['restore', '--from', backup, '--yes'], environment, folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('also holds orders')]);
    expect(await cluster.query('SELECT * FROM orders')).toHaveLength(1);
    await cluster.query('CREATE SCHEMA mine; ALTER ROLE postgres SET search_path = mine');
    const second = await runCli(['backup', '--to', join(folder, 'c.zip')], environment, folder);
    expect(second.stderr).toContain('only those of public');
  });
});
