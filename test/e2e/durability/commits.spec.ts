import type { TestDatabase } from '../../support/databases.js';
import { type Environment, onPostgres } from '../../support/environment.js';
import { newId } from '../../support/ids.js';
import { describeWithPgBouncer, PgBouncer } from '../../support/pgbouncer.js';
import { createTestDatabase } from '../../support/databases.js';
import { ServerProcess } from '../../support/server-process.js';
import type { TestServer } from '../../support/http.js';

const TABLES = ['predictions', 'api_keys'];

/** Notes at which level each row of these tables is committed. */
async function watchCommits(database: TestDatabase): Promise<void> {
  await database.query('CREATE TABLE seen (relation text, level text)');
  await database.query(`CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen VALUES (TG_ARGV[0], current_setting('synchronous_commit')); RETURN NULL; END $$`);
  for (const table of TABLES)
    await database.query(`CREATE TRIGGER see AFTER INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION see('${table}')`);
}

async function setLevel(database: TestDatabase, level: string): Promise<void> {
  await database.query('TRUNCATE seen');
  await database.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = ${level}', current_database()); END $$`,
  );
}

/** Records in each of the ways that commit: one statement, several in a transaction, and administration. */
async function recordEverything({ admin, api }: Pick<TestServer, 'admin' | 'api'>): Promise<void> {
  const prediction = { model: 'm', model_version: '1', label: 'a', confidence: 0.5 };
  await api.predicted();
  await api.predictions.log(prediction, { headers: { 'idempotency-key': newId() } });
  await admin.keys.create({ name: newId(), scopes: ['read'] });
}

// F25
onPostgres('commits', ({ admin, api, database, restart }: Environment) => {
  beforeAll(() => watchCommits(database));

  it.each([
    ['off', 'on'],
    ['local', 'on'],
    ['remote_write', 'on'],
    ['on', 'on'],
    ['remote_apply', 'remote_apply'],
  ])('are durable when the database says synchronous_commit = %s', async (level, expected) => {
    await setLevel(database, level);
    await restart();
    await recordEverything({ admin, api });
    const seen = await database.query('SELECT DISTINCT relation, level FROM seen ORDER BY relation');
    expect(seen).toEqual([
      { relation: 'api_keys', level: expected },
      { relation: 'predictions', level: expected },
    ]);
  });
});

describeWithPgBouncer('commits through PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  let server: ServerProcess;
  beforeAll(async () => {
    database = await createTestDatabase('postgresql');
    await watchCommits(database);
    await setLevel(database, 'off');
    const direct = database.environment.FL_DB_URI as string;
    bouncer = await PgBouncer.before(direct);
    server = await ServerProcess.start(database, {
      FL_DB_URI: bouncer.uri,
      FL_DB_DIRECT_URI: direct,
      FL_DB_POOLER: 'transaction',
    });
  });
  afterAll(async () => {
    await server?.stop();
    await bouncer?.stop();
    await database?.drop();
  });

  it('are durable when the database says synchronous_commit = off', async () => {
    await recordEverything(server);
    expect(await database.query('SELECT DISTINCT level FROM seen')).toEqual([{ level: 'on' }]);
  });
});
