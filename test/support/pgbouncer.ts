import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { describeWithCommand } from './describe-with.js';

/** The real pooler, of which npm has no binaries. */
export const describeWithPgBouncer = describeWithCommand('pgbouncer', '--version');

/** PgBouncer in transaction mode before `uri`, with as few connections as make sessions change hands. */
export class PgBouncer {
  private constructor(
    private readonly process: ChildProcess,
    readonly uri: string,
  ) {}

  static async before(uri: string): Promise<PgBouncer> {
    const { hostname, password, port: behind, username } = new URL(uri);
    const folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'pgbouncer-'));
    const port = await freePort();
    const file = join(folder, 'pgbouncer.ini');
    writeFileSync(join(folder, 'users.txt'), `"${username}" "${password}"\n`);
    writeFileSync(
      file,
      `[databases]
* = host=${hostname} port=${behind || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
`,
    );
    for (const path of [folder, file, join(folder, 'users.txt')]) chmodSync(path, 0o755);
    // It refuses to run as root.
    const root = process.getuid?.() === 0 ? ['--user', 'postgres'] : [];
    const child = spawn('pgbouncer', ['--quiet', ...root, file], { stdio: 'ignore' });
    const through = new URL(uri);
    through.hostname = '127.0.0.1';
    through.port = String(port);
    const bouncer = new PgBouncer(child, through.href);
    let failure: unknown;
    for (let attempt = 0; attempt < 50; attempt++) {
      const client = new pg.Client({ connectionString: bouncer.uri, connectionTimeoutMillis: 500 });
      try {
        await client.connect();
        await client.end();
        return bouncer;
      } catch (error) {
        failure = error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    await bouncer.stop();
    throw new Error('pgbouncer did not start', { cause: failure });
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    if (this.process.exitCode !== null || !this.process.kill('SIGINT')) return;
    await gone;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
