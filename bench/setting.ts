import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Peer, startPeer } from './peer-process.js';

export const ROOT = join(import.meta.dirname, '..', '..');
const ADMIN = process.env.BENCH_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const PYTHON = process.env.BENCH_PYTHON ?? '/usr/bin/python3';

const listening = (output: string): string | undefined => /^listening (\S+)/m.exec(output)?.[1];
const announced = (output: string): string | undefined => /"address":"([^"]+)"/.exec(output)?.[1];
const uvicorn = (output: string): string | undefined => /running on (http:\/\/\S+)/.exec(output)?.[1];

export interface ProductOptions {
  path?: string;
  /** Data folder. Default: a new one. */
  folder?: string;
  environment?: Record<string, string>;
}

/** Creates the databases, folders and servers of one run. `end` removes all of them. */
export class Setting {
  readonly folder = mkdtempSync(join(tmpdir(), 'feedback-loop-bench-'));
  private readonly databases: string[] = [];
  private readonly peers: Peer[] = [];

  constructor(readonly admin: string = ADMIN) {}

  /**
   * Creates a database. `template` is the address of a database to copy, to which no client may be connected meanwhile.
   */
  async database(name: string, template?: string): Promise<string> {
    const unique = `fl_bench_${process.pid}_${name}`;
    const from = template === undefined ? '' : ` TEMPLATE ${new URL(template).pathname.slice(1)}`;
    await this.administer(`CREATE DATABASE ${unique}${from}`);
    this.databases.push(unique);
    const url = new URL(this.admin);
    url.pathname = `/${unique}`;
    return url.href;
  }

  async administer(statement: string, url = this.admin): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end();
    }
  }

  async node(name: string, file: string, uri?: string): Promise<Peer> {
    return this.keep(
      startPeer({
        name,
        command: process.execPath,
        args: [join(ROOT, 'dist', 'bench', 'peers', file)],
        environment: uri ? { BENCH_DB_URI: uri } : {},
        readAddress: listening,
        path: '/predict',
      }),
    );
  }

  /** Starts the product, on SQLite if there is no `uri`. */
  async product(
    name: string,
    uri?: string,
    { environment = {}, folder, path = '/api/v1/predict' }: ProductOptions = {},
  ): Promise<Peer> {
    const data = folder ?? mkdtempSync(join(this.folder, 'data-'));
    return this.keep(
      startPeer({
        name,
        command: process.execPath,
        args: [join(ROOT, 'dist', 'src', 'main.js')],
        environment: {
          FL_DATA_DIR: data,
          FL_API_PORT: '0',
          FL_DRAIN_MS: '0',
          FL_LOG_FORMAT: 'json',
          FL_SPOOL_MAX_BYTES: String(2 ** 30),
          // Requests are counted as usual, but never refused.
          FL_KEY_RATE_LIMIT_PER_MINUTE: '1000000000',
          ...(uri ? { FL_DB_URI: uri, FL_DB_AUTO_MIGRATE: 'true' } : {}),
          ...environment,
        },
        readAddress: announced,
        path,
        headers: () => ({ authorization: `Bearer ${readFileSync(join(data, 'admin.key'), 'utf8').trim()}` }),
      }),
    );
  }

  /** Returns undefined if Debian's python3-fastapi, -uvicorn, -sqlalchemy and -asyncpg are not installed. */
  async fastapi(name: string, uri: string, pool: string): Promise<Peer | undefined> {
    if (spawnSync(PYTHON, ['-c', 'import fastapi, sqlalchemy, asyncpg, uvicorn']).status !== 0) return undefined;
    const args = ['-m', 'uvicorn', 'fastapi_app:app', '--host', '127.0.0.1', '--port', '0', '--no-access-log'];
    return this.keep(
      startPeer({
        name,
        command: PYTHON,
        args: [...args, '--app-dir', join(ROOT, 'bench', 'peers')],
        environment: { BENCH_DB_URI: uri.replace('postgresql://', 'postgresql+asyncpg://'), BENCH_POOL: pool },
        readAddress: uvicorn,
        path: '/predict',
      }),
    );
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.peers.map((peer) => peer.stop()));
    for (const name of this.databases) {
      await this.administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch(() => undefined);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async keep(starting: Promise<Peer>): Promise<Peer> {
    const peer = await starting;
    this.peers.push(peer);
    return peer;
  }
}
