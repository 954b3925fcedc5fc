import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { uuidv7 } from '#kernel';
import { loadConfig } from '#config';
import { Metrics } from '#observability';
import {
  BulkInsert,
  createDatabase,
  createDataSource,
  type Database,
  DatabaseUnavailableError,
  DataRefusedError,
  Migrator,
  PoolExhaustedError,
  QueryTimeoutError,
  TenantEntity,
} from '#persistence';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const INSERT = new BulkInsert('tenants', { id: 'uuid', slug: 'text', name: 'text', created_at: 'timestamp' });
const row = (slug: string, id = randomUUID()): Record<string, unknown> => ({
  id,
  slug,
  name: slug,
  created_at: 1_764_000_000_123,
});

async function open(test: TestDatabase, more: Record<string, string> = {}): Promise<Database> {
  const config = loadConfig({ ...test.environment, ...more });
  await new Migrator(config).up();
  const database = createDatabase(createDataSource(config), config, new Metrics());
  await database.connect();
  return database;
}

// S0-18 S0-48
describe.each(DIALECTS)('a database on %s', (dialect) => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await createTestDatabase(dialect);
    database = await open(test);
  });
  afterAll(async () => {
    await database?.close();
    await test?.drop();
  });

  const slugs = async (prefix: string): Promise<string[]> =>
    (
      await database.read<{ slug: string }>('SELECT slug FROM tenants WHERE slug LIKE $1 ORDER BY slug', [`${prefix}%`])
    ).map(({ slug }) => slug);

  // S0-26 S0-27
  it('is the one that the address names', () => {
    expect(database.dialect.name).toBe(dialect);
  });

  it('commits groups and reads them again, times to the millisecond', async () => {
    await database.commit([{ insert: INSERT, rows: [row('commit-a'), row('commit-b')] }]);
    const rows = await database.lookup<{ created_at: unknown }>('SELECT created_at FROM tenants WHERE slug = $1', [
      'commit-a',
    ]);
    expect(database.dialect.readTime(rows[0]!.created_at)).toBe(1_764_000_000_123);
    expect(await slugs('commit-')).toEqual(['commit-a', 'commit-b']);
  });

  it('does not change a row whose id exists', async () => {
    const id = randomUUID();
    await database.commit([{ insert: INSERT, rows: [row('twice', id)] }]);
    await database.commit([{ insert: INSERT, rows: [row('twice-again', id)] }]);
    expect(await slugs('twice')).toEqual(['twice']);
  });

  it('returns the new rows: each once, and of two changes of one row the one that is stored', async () => {
    const changing = new BulkInsert(
      'prediction_votes',
      {
        id: 'uuid',
        tenant_id: 'uuid',
        prediction_id: 'uuid',
        rater: 'text',
        rating: 'integer',
        withdrawn: 'boolean',
        accepted_id: 'uuid',
        accepted_at: 'timestamp',
        link: 'text',
      },
      { newer: 'accepted_id' },
    );
    const now = 1_764_000_000_000;
    const id = uuidv7(now);
    const vote = (rating: number, at: number): Record<string, unknown> => ({
      id,
      tenant_id: '00000000-0000-7000-8000-000000000001',
      prediction_id: id,
      rater: 'user:u',
      rating,
      withdrawn: false,
      accepted_id: uuidv7(at),
      accepted_at: at,
      link: 'pending',
    });
    const insertNew = (...rows: Record<string, unknown>[]): Promise<unknown[]> =>
      database.write(async (session) =>
        (await session.insertNew({ insert: changing, rows })).map(({ rating }) => rating),
      );
    expect(await insertNew(vote(1, now + 1), vote(2, now + 2))).toEqual([2]);
    expect(await insertNew(vote(1, now + 1))).toEqual([]);
    expect(await insertNew(vote(3, now + 3))).toEqual([3]);
    const twice = row('new-twice');
    const made = await database.write((session) =>
      session.insertNew({ insert: INSERT, rows: [twice, { ...twice, name: 'second' }] }),
    );
    expect(made.map(({ name }) => name)).toEqual(['new-twice']);
    const known = database.commit([{ insert: INSERT, rows: [row('beside'), twice], allNew: true }]);
    await expect(known).rejects.toMatchObject({ code: 'rows_known' });
    expect(await slugs('beside')).toEqual([]);
  });

  it('commits all groups of a call or none', async () => {
    await database.commit([{ insert: INSERT, rows: [row('taken')] }]);
    const failing = database.commit([
      { insert: INSERT, rows: [row('atomic-a')] },
      { insert: INSERT, rows: [row('atomic-b'), row('taken')] },
    ]);
    await expect(failing).rejects.toBeInstanceOf(DataRefusedError);
    expect(await slugs('atomic-')).toEqual([]);
  });

  it('rolls an administrative transaction back without touching the commits of others', async () => {
    // TypeORM shares one SQLite connection: a rollback there takes the acknowledged inserts of other requests with it.
    const failing = database.transaction(async (manager) => {
      await manager.insert(TenantEntity, { id: uuidv7(), slug: 'rolled-back', name: 'x', createdAt: 1 });
      // The commits below arrive meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 30));
      throw new Error('changed my mind');
    });
    const commits = Array.from({ length: 20 }, (_, i) =>
      database.commit([{ insert: INSERT, rows: [row(`beside-${String(i).padStart(2, '0')}`)] }]),
    );
    await expect(failing).rejects.toThrow();
    await Promise.all(commits);
    expect(await slugs('rolled-back')).toEqual([]);
    expect(await slugs('beside-')).toHaveLength(20);
  });

  it('survives a transaction that the database ended: the next ones begin, end and are durable', async () => {
    // When COMMIT finds the volume full, SQLite rolls back, and TypeORM's count of open transactions stays.
    const ended = database.transaction(async (manager) => {
      await manager.insert(TenantEntity, { id: uuidv7(), slug: 'ended-early', name: 'x', createdAt: 1 });
      await manager.query('ROLLBACK');
    });
    await ended.catch(() => undefined);
    const failing = database.transaction(async (manager) => {
      await manager.insert(TenantEntity, { id: uuidv7(), slug: 'ended-failed', name: 'x', createdAt: 1 });
      throw new Error('not found');
    });
    await expect(failing).rejects.toThrow();
    await database.transaction((manager) =>
      manager.insert(TenantEntity, { id: uuidv7(), slug: 'ended-durable', name: 'x', createdAt: 1 }),
    );
    await database.commit([{ insert: INSERT, rows: [row('ended-commit')] }]);
    expect(await slugs('ended-')).toEqual(['ended-commit', 'ended-durable']);
  });

  it('runs several statements in one transaction, and rolls all of them back', async () => {
    const first = row('session-a');
    await database.write(async (session) => {
      await session.insert([{ insert: INSERT, rows: [first] }]);
      const found = await session.query<{ slug: string }>('SELECT slug FROM tenants WHERE slug = $1', ['session-a']);
      expect(found).toEqual([{ slug: 'session-a' }]);
    });
    const failing = database.write(async (session) => {
      await session.insert([{ insert: INSERT, rows: [row('session-b')] }]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow();
    await database.commit([{ insert: INSERT, rows: [row('session-c')] }]);
    expect(await slugs('session-')).toEqual(['session-a', 'session-c']);
  });

  it('finds rows that exist with other contents', async () => {
    const identity = new BulkInsert(
      'tenants',
      { id: 'uuid', slug: 'text', name: 'text', created_at: 'timestamp' },
      { identity: ['slug', 'created_at'] },
    );
    const [same, other] = [row('identity-a'), row('identity-b')];
    await database.commit([{ insert: identity, rows: [same, other] }]);
    const taken = await database.write((session) =>
      session.conflictingIds([{ insert: identity, rows: [same, { ...other, slug: 'identity-c' }, row('identity-d')] }]),
    );
    expect(taken).toEqual([other.id]);
  });

  it('runs twenty transactions at the same time, each isolated from the others', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        database.transaction(async (manager) => {
          await manager.insert(TenantEntity, { id: uuidv7(), slug: `tx-${i}-a`, name: 'x', createdAt: 1 });
          await manager.insert(TenantEntity, { id: uuidv7(), slug: `tx-${i}-b`, name: 'x', createdAt: 1 });
        }),
      ),
    );
    expect(await slugs('tx-')).toHaveLength(40);
  });

  it('does not show uncommitted rows to readers', async () => {
    let seen: string[] = [];
    await database.transaction(async (manager) => {
      await manager.insert(TenantEntity, { id: uuidv7(), slug: 'unseen', name: 'x', createdAt: 1 });
      seen = await slugs('unseen');
    });
    expect(seen).toEqual([]);
    expect(await slugs('unseen')).toEqual(['unseen']);
  });

  // S0-32
  it('reports its size and its pools', async () => {
    expect(await database.sizeBytes()).toBeGreaterThan(10_000);
    expect(database.pools()).not.toEqual([]);
    expect(database.pools().filter(({ size, waiting }) => size <= 0 || waiting < 0)).toEqual([]);
  });

  // S0-33
  it('still has its rows when it is opened again', async () => {
    await database.close();
    database = await open(test);
    expect(await slugs('commit-')).toEqual(['commit-a', 'commit-b']);
  });
});

describe('SQLite files', () => {
  it('use WAL at synchronous=FULL with foreign keys and incremental vacuum', async () => {
    const test = await createTestDatabase('sqlite');
    const database = await open(test);
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await database.dataSource.query(`PRAGMA ${name}`))[0] as object)[0];
    expect({
      journal_mode: await pragma('journal_mode'),
      synchronous: await pragma('synchronous'),
      foreign_keys: await pragma('foreign_keys'),
      auto_vacuum: await pragma('auto_vacuum'),
    }).toEqual({ journal_mode: 'wal', synchronous: 2, foreign_keys: 1, auto_vacuum: 2 });
    await database.close();
  });

  // S0-06
  it('are created with their folder', async () => {
    const test = await createTestDatabase('sqlite');
    const database = await open(test, { FL_DB_PATH: join(test.folder, 'deep', 'er', 'file.db') });
    expect(await database.sizeBytes()).toBeGreaterThan(0);
    await database.close();
  });
});

describe('PostgreSQL pools', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await createTestDatabase('postgresql');
    database = await open(test, {
      FL_DB_ANALYTICS_POOL_SIZE: '2',
      FL_DB_ANALYTICS_TIMEOUT_MS: '800',
      FL_DB_CONNECT_TIMEOUT_MS: '300',
      FL_DB_POOL_MIN: '3',
    });
  });
  afterAll(async () => {
    await database?.close();
    await test?.drop();
  });

  const pool = (name: string): ReturnType<Database['pools']>[number] =>
    database.pools().find((each) => each.pool === name)!;
  /** How many connections run this query now. */
  const running = async (query: string): Promise<number> =>
    (await test.query("SELECT pid FROM pg_stat_activity WHERE query = $1 AND state = 'active'", [query])).length;

  // S2-04
  it('have their minimum of connections after connecting', () => {
    expect(pool('ingest').total).toBe(3);
  });

  // S2-05
  it('end a query that takes too long with QueryTimeoutError, and destroy its connection', async () => {
    await expect(database.read('SELECT pg_sleep(5)', [])).rejects.toBeInstanceOf(QueryTimeoutError);
    expect(await database.read('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  });

  // S2-06
  it('refuse a query with PoolExhaustedError instead of waiting without limit', async () => {
    const busy = [database.read('SELECT pg_sleep(0.7)', []), database.read('SELECT pg_sleep(0.7)', [])];
    await until(async () => (await running('SELECT pg_sleep(0.7)')) === busy.length);
    await expect(database.read('SELECT 1', [])).rejects.toBeInstanceOf(PoolExhaustedError);
    await Promise.all(busy);
  });

  it('survive a connection that is cut during a query and during a transaction', async () => {
    // pg removes its listener from a connection in use: without one of ours, the cut would end the whole process.
    const uri = test.environment.FL_DB_URI!;
    const proxy = await TcpProxy.to(new URL(uri).hostname, Number(new URL(uri).port || 5432));
    const cut = await open({ ...test, environment: { ...test.environment, FL_DB_URI: proxy.through(uri) } });
    for (let round = 0; round < 3; round++) {
      const slow = `SELECT pg_sleep(20), ${round}`;
      const work = [cut.lookup(slow, []), cut.read(slow, []), cut.transaction((manager) => manager.query(slow))].map(
        (each) => expect(each).rejects.toBeInstanceOf(DatabaseUnavailableError),
      );
      await until(async () => (await running(slow)) === work.length);
      proxy.set('refuse');
      await Promise.all(work);
      proxy.set('pass');
    }
    expect(await cut.lookup('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
    await cut.close();
    await proxy.close();
  });

  it('recover when the server has ended their connections', async () => {
    await test.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1 AND pid <> pg_backend_pid()',
      ['feedback-loop-%'],
    );
    await until(() =>
      database.lookup('SELECT 1 AS one', []).then(
        () => true,
        () => false,
      ),
    );
  });
});
