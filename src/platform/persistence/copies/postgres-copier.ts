import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { MIGRATIONS_TABLE } from '#migrations';
import { readEnvironment } from '#config';
import { commitDurably } from '../postgres/postgres-pool.js';
import { toDatabaseError } from '../contract/errors.js';
import { connectionOptions } from '../postgres/connection-options.js';
import {
  BackupFailedError,
  COPIED_TABLES,
  type CopiedDatabase,
  type CopiedErasure,
  type DatabaseCopier,
  type DatabaseIdentity,
  identityOf,
  NOT_RESTORED,
  RestoreFailedError,
} from './database-copier.js';
import { requireNoConnections } from '../lifecycle/running-servers.js';

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_ERROR_LENGTH = 2000;

/** Uses `pg_dump -Fc` and `pg_restore`, which must be on the PATH and at least as new as the server. */
export class PostgresCopier implements DatabaseCopier {
  readonly fileName = 'database.dump';
  readonly compressed = true;

  constructor(
    private readonly uri: string,
    private readonly toolsDir: string | undefined,
  ) {}

  async copy(to: string, onProgress: (line: string) => void): Promise<CopiedDatabase> {
    return this.connected(async (client) => {
      // Counts and dump share a snapshot.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await requirePublic(client, (detail) => new BackupFailedError(detail));
      const { rows } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
      const copied = await describe(client);
      if (!copied) throw new BackupFailedError('The database has no tables of feedback-loop.', 'Check FL_DB_URI.');
      const failure = await this.run(
        'pg_dump',
        [
          '--format=custom',
          '--no-owner',
          '--no-privileges',
          '--verbose',
          `--snapshot=${rows[0]?.id}`,
          '--schema=public',
          `--file=${to}`,
        ],
        onProgress,
      );
      await client.query('COMMIT');
      if (failure !== undefined) throw new BackupFailedError(`pg_dump: ${failure}`, TOOLS);
      return copied;
    });
  }

  inspect(): Promise<CopiedDatabase | undefined> {
    return this.connected(describe);
  }

  async identify(): Promise<DatabaseIdentity> {
    const hasTenants = (await this.inspect())?.rows.tenants !== undefined;
    return this.connected(async (client) => {
      const { rows } = await client.query<{ name: string; first: Date | null }>(
        `SELECT current_database() AS name, ${hasTenants ? '(SELECT MIN(created_at) FROM tenants)' : 'NULL'} AS first`,
      );
      return identityOf(rows[0]?.name ?? '', rows[0]?.first?.getTime());
    });
  }

  async erasures(): Promise<CopiedErasure[]> {
    if ((await this.inspect())?.rows.erasures === undefined) return [];
    return this.connected(async (client) => {
      const { rows } = await client.query<{ tenant_id: string; subject_hash: string; requested_at: Date }>(
        'SELECT tenant_id, subject_hash, requested_at FROM erasures',
      );
      return rows.map((row) => ({ ...row, requested_at: row.requested_at.getTime() }));
    });
  }

  async restore(from: string, onProgress: (line: string) => void): Promise<string | null> {
    const unreadable = await this.run('pg_restore', ['--list', from], () => undefined, false);
    if (unreadable !== undefined) throw new RestoreFailedError(`pg_restore: ${unreadable}`, TOOLS);
    return this.connected(async (client) => {
      // A running server would lose the records that it writes during the restore.
      await requireNoConnections(async (text) => (await client.query<{ n: string }>(text)).rows, NOT_RESTORED);
      await requirePublic(client, (detail) => new RestoreFailedError(detail));
      const foreign = await foreignRelations(client);
      if (foreign.length > 0)
        throw new RestoreFailedError(
          `The schema also holds ${foreign.slice(0, 5).join(', ')}, which a restore would set aside.`,
          'Restore into a separate database.',
        );
      const hadTables = (await describe(client)) !== undefined;
      const former = `before_${new Date()
        .toISOString()
        .replace(/[-:]|\.\d+/g, '')
        .toLowerCase()}`;
      await client.query(`BEGIN; ALTER SCHEMA public RENAME TO ${former}; CREATE SCHEMA public; COMMIT`);
      if (hadTables) onProgress(`the previous content is kept as schema ${former}`);
      const back = `BEGIN; DROP SCHEMA public CASCADE; ALTER SCHEMA ${former} RENAME TO public; COMMIT`;
      // The dump creates the schema itself, so pg_restore would fail if it existed.
      await client.query('DROP SCHEMA public');
      const failure = await this.run(
        'pg_restore',
        ['--exit-on-error', '--single-transaction', '--no-owner', '--no-privileges', '--verbose', from],
        onProgress,
      );
      if (failure !== undefined) {
        await client.query(`CREATE SCHEMA IF NOT EXISTS public; ${back}`);
        throw new RestoreFailedError(`pg_restore: ${failure}`, `The previous content is unchanged. ${TOOLS}`);
      }
      if (hadTables) return former;
      // The schema held no tables. It is kept if it holds something else, such as a function.
      return client.query(`DROP SCHEMA ${former}`).then(
        () => null,
        () => former,
      );
    });
  }

  private async connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      ...connectionOptions(this.uri),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'backup of feedback-loop',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await commitDurably(client);
      return await work(client);
    } catch (error) {
      throw toDatabaseError(error);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /**
   * Runs a tool. Returns the end of its error output when it fails. The password is passed in the environment, because
   * other users can read arguments.
   */
  private run(
    command: string,
    args: string[],
    onProgress: (line: string) => void,
    connects = true,
  ): Promise<string | undefined> {
    const url = new URL(this.uri);
    const password = decodeURIComponent(url.password);
    url.password = '';
    // Words of node-postgres, which libpq does not know.
    url.searchParams.delete('uselibpqcompat');
    if (url.searchParams.get('sslmode') === 'no-verify') url.searchParams.set('sslmode', 'require');
    return new Promise((resolve) => {
      const child = spawn(
        this.toolsDir === undefined ? command : join(this.toolsDir, command),
        [...args, ...(connects ? [`--dbname=${url.href}`] : [])],
        {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { ...toolEnvironment(), ...(password === '' ? {} : { PGPASSWORD: password }) },
        },
      );
      let output = '';
      child.stderr.on('data', (chunk: Buffer) => {
        output = `${output}${chunk.toString()}`.slice(-MAX_ERROR_LENGTH);
        for (const [, table] of chunk
          .toString()
          .matchAll(/(?:dumping contents of|processing data for) table "(?:public\.)?(\S+)"/g))
          onProgress(`${command}: ${table}`);
      });
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code) => resolve(code === 0 ? undefined : output.trim().split('\n').slice(-2).join(' ')));
    });
  }
}

const TOOLS = 'Install the PostgreSQL client tools of the version of the server, or newer.';

/** Returns the environment of the tools: the variables they need, and none of this product's secrets. */
function toolEnvironment(): Record<string, string> {
  const passed = Object.entries(readEnvironment()).filter(
    ([name]) => ['PATH', 'HOME', 'LANG', 'SYSTEMROOT'].includes(name.toUpperCase()) || name.startsWith('PGSSL'),
  );
  return Object.fromEntries(passed) as Record<string, string>;
}

/** Refuses another schema, which would be counted but not dumped. */
async function requirePublic(client: pg.Client, refuse: (detail: string) => Error): Promise<void> {
  const { rows } = await client.query<{ name: string | null }>('SELECT current_schema() AS name');
  if (rows[0]?.name !== 'public')
    throw refuse(
      `The tables are in the schema ${rows[0]?.name ?? '(none)'}; only those of public can be backed up and restored.`,
    );
}

/** Returns tables and views that do not belong to this product, nor are partitions of its tables. */
async function foreignRelations(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') " +
      'AND c.relname <> ALL ($1::text[]) AND NOT EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent ' +
      'WHERE i.inhrelid = c.oid AND p.relname = ANY ($1::text[])) ORDER BY c.relname',
    [[...COPIED_TABLES, MIGRATIONS_TABLE]],
  );
  return rows.map(({ name }) => name);
}

async function describe(client: pg.Client): Promise<CopiedDatabase | undefined> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
  );
  const existing = new Set(rows.map(({ name }) => name));
  const tables = COPIED_TABLES.filter((table) => existing.has(table));
  if (tables.length === 0) return undefined;
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const found = await client.query<{ n: string }>(`SELECT COUNT(*) AS n FROM "${table}"`);
    counts[table] = Number(found.rows[0]?.n ?? 0);
  }
  const migrations = existing.has(MIGRATIONS_TABLE)
    ? (await client.query<{ name: string }>(`SELECT name FROM "${MIGRATIONS_TABLE}" ORDER BY id`)).rows.map(
        ({ name }) => name,
      )
    : [];
  return { rows: counts, migrations };
}
