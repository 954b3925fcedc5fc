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
import type { CliResult } from '../../support/cli.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { createTestDatabase, postgresDatabaseOf, type TestDatabase } from '../../support/databases.js';
import { InProcessServer } from '../../support/in-process-server.js';
import { Load } from '../../support/load.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';
import { PostgresCluster } from '../../support/postgres-cluster.js';
import { describeWithPostgresTools } from '../../support/postgres-tools.js';
import { ROOT, ServerProcess } from '../../support/server-process.js';

const DAY = 86_400_000;
const CANARY = 'canary-b4c';
const MIN_ACKNOWLEDGED = 50;
const newFolder = (): string => mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'backup-'));

const predictionsOf = async (database: TestDatabase): Promise<Set<string>> =>
  new Set((await database.query<{ id: string }>('SELECT id FROM predictions')).map(({ id }) => id));
const dumpOf = async (database: TestDatabase): Promise<string> =>
  JSON.stringify([
    await database.query('SELECT * FROM predictions ORDER BY id'),
    await database.query('SELECT * FROM feedback_submissions ORDER BY id'),
  ]);
const resultOf = ({ stderr, stdout }: CliResult): Record<string, unknown> => {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};

/** The tests go on from each other: what is restored was made by the first, under load. */
function describeBackups(createDatabase: () => Promise<TestDatabase>, extra: Record<string, string>): void {
  const SETTINGS = {
    FL_BLOB_STORE: 'directory',
    FL_DB_AUTO_MIGRATE: 'true',
    FL_RETENTION_ENABLED: 'false',
    ...extra,
  };
  const databases: TestDatabase[] = [];
  let here: TestDatabase;
  let server: ServerProcess;
  let folder: string;
  let file: string;
  let acknowledged: string[];
  let duringServer: { restore: CliResult; afterwards: Awaited<ReturnType<ServerProcess['api']['predict']>> };

  const create = async (): Promise<TestDatabase> => {
    const database = await createDatabase();
    databases.push(database);
    return database;
  };
  const cli = (args: string[], at: TestDatabase = here): Promise<CliResult> =>
    runCliInProcess(args, { ...at.environment, ...SETTINGS }, at.folder);

  beforeAll(async () => {
    here = await create();
    server = await ServerProcess.start(here, SETTINGS);
    for (const user_id of ['u1', CANARY])
      await server.api.feedback.create({
        session_id: 's',
        category: 'bug',
        description: `by ${user_id}`,
        url: 'https://a.example',
        timestamp: 'now',
        user_id,
        screenshot: dataUrl(await plain(30, 20)),
      });
    await until(async () => {
      const { data } = (await server.admin.inbox.list()).body;
      return data.every(({ screenshots }) => screenshots[0]?.state === 'ready');
    });
    const load = new Load(server, server.adminKey, 4);
    await until(() => Promise.resolve(load.result.acknowledged.length > MIN_ACKNOWLEDGED));
    acknowledged = [...load.result.acknowledged];
    folder = newFolder();
    file = String(resultOf(await cli(['backup', '--to', folder, '--json'])).file);
    const { failures, unrecorded } = await load.stop();
    expect({ failures, unrecorded }).toEqual({ failures: [], unrecorded: 0 });

    const restore = await cli(['restore', '--from', file, '--yes']);
    duringServer = { restore, afterwards: await server.api.predict({ text: 'still here' }) };
    await server.stop();
  });
  afterAll(async () => {
    await server?.stop();
    for (const database of databases) await database.drop();
  });

  it('is not restored while a server is running', () => {
    expect(duringServer).toMatchObject({
      restore: { code: 1, stderr: expect.stringContaining('Stop every server') },
      afterwards: { status: 200, body: { persisted: 'database' } },
    });
  });

  // S1-54 S1-56 S2-F9
  it('holds every record that was acknowledged before it began, and the screenshots', async () => {
    const other = await create();
    for (const name of ['encryption.key', 'secret.key'])
      writeFileSync(join(other.folder, name), readFileSync(join(here.folder, name)), { mode: 0o600 });
    writeFileSync(join(other.folder, 'erasures.jsonl'), '');
    const restored = resultOf(await cli(['restore', '--from', file, '--json'], other));
    expect(restored).toMatchObject({ former: null, pictures: 4, warnings: [], migrated: [] });
    const known = await predictionsOf(other);
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
    expect(restored.rows).toMatchObject({ predictions: known.size });
    expect(resultOf(await cli(['rollups', 'check', '--json'], other))).toMatchObject({ differences: [] });

    writeFileSync(join(other.folder, 'admin.key'), readFileSync(join(here.folder, 'admin.key')));
    const again = await InProcessServer.start(other, SETTINGS);
    try {
      const { data } = (await again.admin.inbox.list()).body;
      expect(data).toHaveLength(2);
      const screenshot = await again.admin.inbox.screenshot(data[0]!.id, 0);
      expect(screenshot).toMatchObject({ status: 200, headers: { 'content-type': 'image/webp' } });
    } finally {
      await again.stop();
    }
  });

  // S1-56
  it('replaces a database only after a confirmation, keeps the former one, and repeats erasures since then', async () => {
    expect(await cli(['restore', '--from', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Say --yes'),
    });
    const certificate = resultOf(await cli(['erase', CANARY, '--yes', '--json']));
    expect(Date.parse(String(certificate.backups_may_hold_until))).toBeGreaterThan(Date.now() + 6 * DAY);
    expect(await dumpOf(here)).not.toContain(CANARY);
    // As if another server, with a data folder of its own, had erased: the replaced database knows of it.
    rmSync(join(here.folder, 'erasures.jsonl'));
    const restored = resultOf(await cli(['restore', '--from', file, '--yes', '--json']));
    expect(restored).toMatchObject({ erased_again: 1, warnings: [], former: expect.stringContaining('before') });
    expect(await dumpOf(here)).not.toContain(CANARY);
  });

  it('can be checked', async () => {
    expect(resultOf(await cli(['backup', '--check', file, '--json']))).toMatchObject({ ok: true });
  });

  const damages: [name: string, damage: (bytes: Buffer) => Buffer][] = [
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 100)],
    [
      'changed in one bit',
      (bytes) =>
        Buffer.concat([bytes.subarray(0, 2000), Buffer.from([(bytes[2000] as number) ^ 1]), bytes.subarray(2001)]),
    ],
    ['of another kind', () => Buffer.from('not a backup')],
  ];
  it.each(damages)('is refused when it is %s, and changes nothing', async (name, damage) => {
    const before = await dumpOf(here);
    const path = join(folder, name);
    writeFileSync(path, damage(readFileSync(file)));
    const refused = { code: 1, stderr: expect.stringContaining('cannot be used') };
    expect(await cli(['backup', '--check', path])).toMatchObject(refused);
    expect(await cli(['restore', '--from', path, '--yes'])).toMatchObject(refused);
    expect(await dumpOf(here)).toBe(before);
    expect(readdirSync(here.folder).filter((each) => each.startsWith('.restore'))).toEqual([]);
  });

  // S1-55
  it('is kept for the given number of days, and readable by its owner alone', async () => {
    const old = join(folder, 'feedback-loop-20250101T000000Z.backup.zip');
    const mine = join(folder, 'mine.zip');
    for (const path of [old, mine]) {
      writeFileSync(path, '');
      utimesSync(path, 0, 0);
    }
    const made = resultOf(await cli(['backup', '--to', folder, '--keep-days', '7', '--json']));
    expect(made.deleted).toEqual([old]);
    expect(made.file).toMatch(/feedback-loop-\w+-[0-9a-f]{8}-\d{8}T\d{6}Z\.backup\.zip$/);
    expect(readdirSync(folder)).toContain('mine.zip');
    expect(statSync(String(made.file)).mode & 0o777).toBe(0o600);
  });

  it('names the encryption key and the ledger of erasures that are missing', async () => {
    const other = await create();
    const ledger = join(other.folder, 'none.jsonl');
    expect(await cli(['restore', '--from', file, '--ledger', ledger], other)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be read'),
    });
    const restored = resultOf(await cli(['restore', '--from', file, '--json'], other));
    expect(restored.warnings).toEqual([
      expect.stringContaining('FL_ENCRYPTION_KEY'),
      expect.stringMatching(/Erasures were not applied again.*Set FL_ENCRYPTION_KEY and FL_SECRET_KEY/),
      expect.stringContaining('erasures.jsonl is missing'),
    ]);
  });

  it('does without a screenshot that is deleted meanwhile', async () => {
    const blobs = join(here.folder, 'blobs');
    mkdirSync(join(blobs, 'x'), { recursive: true });
    symlinkSync(join(blobs, 'nowhere'), join(blobs, 'x', 'gone'));
    const made = resultOf(await cli(['backup', '--to', join(folder, 'again.zip'), '--json']));
    expect(made.file).toBe(join(folder, 'again.zip'));
    expect(readdirSync(folder).filter((name) => name.startsWith('.') || name.endsWith('.part'))).toEqual([]);
  });
}

describe('a backup of sqlite', () => {
  describeBackups(() => createTestDatabase('sqlite'), {});

  it('replaces a file that cannot be read, and what a crash has left beside it', async () => {
    const { environment, folder } = await createTestDatabase('sqlite');
    const cli = (...args: string[]): Promise<CliResult> => runCliInProcess(args, environment, folder);
    const path = join(folder, 'feedback-loop.db');
    const backup = join(folder, 'b.zip');
    await cli('migrate', 'up');
    await cli('backup', '--to', backup);
    writeFileSync(path, Buffer.concat([Buffer.alloc(200, 1), readFileSync(path).subarray(200)]));
    expect(await cli('restore', '--from', backup)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be read'),
    });
    expect(await cli('restore', '--from', backup, '--yes')).toMatchObject({ code: 0 });

    // The main file is gone, its WAL is not.
    const other = new BetterSqlite3(join(folder, 'other.db'));
    other.pragma('journal_mode = WAL');
    other.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    copyFileSync(join(folder, 'other.db-wal'), `${path}-wal`);
    other.close();
    rmSync(path);
    expect(await cli('restore', '--from', backup, '--yes')).toMatchObject({ code: 0 });
    expect(await cli('migrate', 'check')).toMatchObject({ code: 0 });
  });

  // S1-54 S1-56
  it('is made and restored by the scripts, which ask before they replace a database', async () => {
    const { environment, folder } = await createTestDatabase('sqlite');
    await runCliInProcess(['migrate', 'up'], environment, folder);
    const backups = newFolder();
    const script = (name: string, args: string[], input: string) => {
      const { status, stderr, stdout } = spawnSync('bash', [join(ROOT, 'scripts', name), ...args], {
        env: { PATH: process.env.PATH, BACKUP_DIR: backups, ...environment },
        input,
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    expect(script('backup_database.sh', [], '')).toEqual({ status: 0, stdout: '', stderr: '' });
    const [name] = readdirSync(backups) as [string];
    expect(script('restore_database.sh', [join(backups, name)], 'no\n')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Nothing was restored'),
    });
    expect(script('restore_database.sh', [join(backups, name)], 'restore\n')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Restored the state of'),
    });
    expect(script('restore_database.sh', [], '')).toMatchObject({ status: 2 });
  });
});

describeWithPostgresTools('a backup of postgresql', (bin) => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.create(bin);
  });
  const createDatabase = () => postgresDatabaseOf(cluster.url, newFolder());

  describeBackups(createDatabase, { FL_PG_TOOLS_DIR: bin });

  it('does not replace a database that also holds other tables', async () => {
    const database = await createDatabase();
    const cli = (...args: string[]): Promise<CliResult> =>
      runCliInProcess(args, { ...database.environment, FL_PG_TOOLS_DIR: bin }, database.folder);
    const backup = join(database.folder, 'b.zip');
    await cli('migrate', 'up');
    expect(await cli('backup', '--to', backup)).toMatchObject({ code: 0 });
    await database.query(
      'DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)',
    );
    expect(await cli('restore', '--from', backup, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('also holds orders'),
    });
    expect(await database.query('SELECT * FROM orders')).toHaveLength(1);

    await database.query('CREATE SCHEMA mine; ALTER ROLE postgres SET search_path = mine');
    try {
      const second = await cli('backup', '--to', join(database.folder, 'c.zip'));
      expect(second.stderr).toContain('only those of public');
    } finally {
      await database.query('ALTER ROLE postgres RESET search_path');
      await database.drop();
    }
  });

  // Hooks run in this order: the databases above are dropped first.
  afterAll(() => cluster?.stop());
});
