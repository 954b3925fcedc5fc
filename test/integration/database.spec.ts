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

describe.each(DIALECTS)('S0-18 S0-48 the contract of every database: %s', (dialect) => {
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

  it('S0-26 S0-27 is the one that the address names', () => {
    expect(database.dialect.name).toBe(dialect);
  });

  it('commits groups and reads them back, times to the millisecond', async () => {
    await database.commit([{ insert: INSERT, rows: [row('commit-a'), row('commit-b')] }]);
    const rows = await database.lookup<{ created_at: unknown }>('SELECT created_at FROM tenants WHERE slug = $1', [
      'commit-a',
    ]);
    expect(database.dialect.readTime(rows[0]!.created_at)).toBe(1_764_000_000_123);
    expect(await slugs('commit-')).toEqual(['commit-a', 'commit-b']);
  });

  it('leaves a row alone whose id is already there', async () => {
    const id = randomUUID();
    await database.commit([{ insert: INSERT, rows: [row('twice', id)] }]);
    await database.commit([{ insert: INSERT, rows: [row('twice-again', id)] }]);
    expect(await slugs('twice')).toEqual(['twice']);
  });

  it('answers what was really new: a row once, and of two changes of one row the one that is stored', async () => {
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

  it('survives a transaction that the database ended by itself: the next ones begin, end and last', async () => {
    // What SQLite does when COMMIT finds the volume full: it rolls back, and TypeORM's count of open transactions stays.
    const ended = database.transaction(async (manager) => {
      await manager.insert(TenantEntity, { id: uuidv7(), slug: 'self-ended', name: 'x', createdAt: 1 });
      await manager.query('ROLLBACK');
    });
    await ended.catch(() => undefined);
    const failing = database.transaction(async (manager) => {
      await manager.insert(TenantEntity, { id: uuidv7(), slug: 'self-failed', name: 'x', createdAt: 1 });
      throw new Error('not found');
    });
    await expect(failing).rejects.toThrow();
    await database.transaction((manager) =>
      manager.insert(TenantEntity, { id: uuidv7(), slug: 'self-lasting', name: 'x', createdAt: 1 }),
    );
    await database.commit([{ insert: INSERT, rows: [row('self-commit')] }]);
    expect(await slugs('self-')).toEqual(['self-commit', 'self-lasting']);
  });

  it('writes several statements in one transaction, and rolls all of them back', async () => {
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

  it('finds rows that are there with another content', async () => {
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

  it('runs twenty transactions at once, each alone or isolated', async () => {
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

  it('never shows a reader what is not committed', async () => {
    let seen: string[] = [];
    await database.transaction(async (manager) => {
      await manager.insert(TenantEntity, { id: uuidv7(), slug: 'unseen', name: 'x', createdAt: 1 });
      seen = await slugs('unseen');
    });
    expect(seen).toEqual([]);
    expect(await slugs('unseen')).toEqual(['unseen']);
  });

  it('S0-32 tells its size and its pools', async () => {
    expect(await database.sizeBytes()).toBeGreaterThan(10_000);
    expect(database.pools().every(({ size, waiting }) => size > 0 && waiting >= 0)).toBe(true);
  });

  it('S0-33 keeps rows over a reopening', async () => {
    await database.close();
    database = await open(test);
    expect(await slugs('commit-')).toEqual(['commit-a', 'commit-b']);
  });
});

describe('SQLite files', () => {
  it('run WAL at synchronous=FULL with foreign keys and incremental vacuum', async () => {
    const test = await createTestDatabase('sqlite');
    const database = await open(test);
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await database.dataSource.query(`PRAGMA ${name}`))[0] as object)[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    expect(await pragma('auto_vacuum')).toBe(2);
    await database.close();
  });

  it('S0-06 are made with their folder', async () => {
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

  it('S2-04 are warm after connecting', () => {
    expect(pool('ingest').total).toBe(3);
  });

  it('S2-05 end a query that takes too long with an error of its own, and destroy its connection', async () => {
    await expect(database.read('SELECT pg_sleep(5)', [])).rejects.toBeInstanceOf(QueryTimeoutError);
    expect(await database.read('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  });

  it('S2-06 say that they are exhausted instead of waiting for ever', async () => {
    const busy = [database.read('SELECT pg_sleep(0.6)', []), database.read('SELECT pg_sleep(0.6)', [])];
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(database.read('SELECT 1', [])).rejects.toBeInstanceOf(PoolExhaustedError);
    await Promise.all(busy);
  });

  it('survive a line that is cut under a query and under a transaction', async () => {
    // pg takes its listener away from a connection in use: without one of ours, the cut ended the whole process.
    const uri = test.environment.FL_DB_URI!;
    const proxy = await TcpProxy.to(new URL(uri).hostname, Number(new URL(uri).port || 5432));
    const cut = await open({ ...test, environment: { ...test.environment, FL_DB_URI: proxy.through(uri) } });
    for (let round = 0; round < 3; round++) {
      const work = [
        cut.lookup('SELECT pg_sleep(2)', []),
        cut.read('SELECT pg_sleep(2)', []),
        cut.transaction((manager) => manager.query('SELECT pg_sleep(2)')),
      ].map((each) => expect(each).rejects.toBeInstanceOf(DatabaseUnavailableError));
      await new Promise((resolve) => setTimeout(resolve, 150));
      proxy.set('refuse');
      await Promise.all(work);
      proxy.set('pass');
    }
    expect(await cut.lookup('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
    await cut.close();
    await proxy.close();
  });

  it('go on after the server ended their connections', async () => {
    await test.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1 AND pid <> pg_backend_pid()',
      ['feedback-loop-%'],
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await database.lookup('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  });
});
