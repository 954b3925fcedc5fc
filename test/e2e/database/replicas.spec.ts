import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { ENVIRONMENT_KEY, until } from '../../support/outage.js';
import { PostgresCluster } from '../../support/postgres-cluster.js';
import { ServerProcess } from '../../support/server-process.js';

const MAX_LAG_MS = 4000;
const KEY = { key: ENVIRONMENT_KEY };
/** All servers of a database need the same keys; here each has a data folder of its own. */
const SECRETS = { FL_SECRET_KEY: 's'.repeat(40), FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') };
const newFolder = (): string => mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'replica-'));

interface Replicas {
  components: { replicas?: { replicas: { state: string }[] } };
}

/** The tests go on from each other: predictions stay. */
// S0-F4
describe('analytics on a streaming replica', () => {
  let primary: PostgresCluster;
  let standby: PostgresCluster;
  let server: ServerProcess;
  const servers: ServerProcess[] = [];

  async function start(settings: Record<string, string> = {}): Promise<ServerProcess> {
    const folder = newFolder();
    const started = ServerProcess.spawn(
      {
        ...SECRETS,
        FL_DATA_DIR: folder,
        FL_DB_URI: primary.url,
        FL_DB_REPLICA_URIS: standby.url,
        FL_DB_REPLICA_MAX_LAG_MS: String(MAX_LAG_MS),
        FL_API_KEYS: `${ENVIRONMENT_KEY}:ingest+read+admin+predict`,
        ...settings,
      },
      folder,
    );
    servers.push(started);
    await started.listening();
    // It listens before it is connected.
    await until(async () => (await summary(started)).status === 200);
    return started;
  }
  const log = async (label: string) => {
    const body = { model: 'm', model_version: 'v', label, confidence: 0.5 };
    expect(await server.api.predictions.log(body, KEY)).toMatchObject({ status: 201 });
  };
  const summary = ({ api }: ServerProcess) => api.analytics.summary({}, KEY);
  const stateOf = async ({ admin }: ServerProcess) =>
    ((await admin.health(KEY)).body as unknown as Replicas).components.replicas?.replicas[0]?.state;
  const statusOf = async ({ api }: ServerProcess) => (await api.health({ key: null })).body.status;

  beforeAll(async () => {
    primary = await PostgresCluster.create();
    const folder = newFolder();
    const migrated = await runCliInProcess(['migrate', 'up'], { FL_DB_URI: primary.url, FL_DATA_DIR: folder }, folder);
    expect(migrated).toMatchObject({ code: 0 });
    standby = await primary.standby('standby_1');
    server = await start();
    await until(async () => (await stateOf(server)) === 'up');
  });
  afterAll(async () => {
    await Promise.all(servers.map((each) => each.stop('SIGKILL')));
    await standby?.stop();
    await primary?.stop();
  });

  it('hold everything that was committed before the moment that the response names', async () => {
    for (let i = 0; i < 5; i++) await log('early');
    const committed = Date.now();
    await until(async () => Date.parse(String((await summary(server)).body.data_as_of)) > committed);
    const answer = await summary(server);
    expect(answer.body.total_predictions).toBe(5);
    expect(answer.headers['x-data-as-of']).toBe(answer.body.data_as_of);
    expect(Date.now() - Date.parse(String(answer.body.data_as_of))).toBeLessThan(MAX_LAG_MS);
    const { text } = await server.admin.metrics(KEY);
    expect(text).toMatch(/^replica_up\{replica="replica_1"\} 1$/m);
    expect(text).toMatch(/^db_query_seconds_count\{pool="replica_1",outcome="ok"\} [1-9]/m);
  });

  it('are not lists, which come from the primary and show what was just written', async () => {
    const list = await server.api.predictions.list({}, KEY);
    expect(list.body.data).toHaveLength(5);
    expect(list.headers).not.toHaveProperty('x-data-as-of');
  });

  it('come from the primary while the replica is behind', async () => {
    await standby.query('SELECT pg_wal_replay_pause()');
    await log('unseen');
    await until(async () => (await stateOf(server)) === 'behind');
    const { body } = await summary(server);
    expect(body.total_predictions).toBe(6);
    expect(body.data_as_of).toBeUndefined();
    await standby.query('SELECT pg_wal_replay_resume()');
    await until(async () => (await stateOf(server)) === 'up');
  });

  it('come from the primary while the replica is down, also for a server that starts now', async () => {
    await standby.kill();
    for (let i = 0; i < 20; i++) expect(await summary(server)).toMatchObject({ status: 200 });
    await until(async () => (await stateOf(server)) === 'down');
    expect(await server.api.health({ key: null })).toMatchObject({ status: 200 });
    const other = await start();
    expect((await summary(other)).body.total_predictions).toBe(6);
    await standby.start();
    await until(async () => (await stateOf(other)) === 'up');
  });

  it('come from the replica for a while when the primary is down, as of a moment before', async () => {
    const began = Date.now();
    const patient = await start({ FL_DB_REPLICA_MAX_LAG_MS: '60000' });
    await until(async () => (await stateOf(patient)) === 'up');
    await primary.kill();
    const killed = Date.now();
    await until(async () => (await statusOf(patient)) === 'degraded');
    const answer = await summary(patient);
    expect(answer).toMatchObject({ status: 200, body: { total_predictions: 6 } });
    // It never claims to be newer than what it can know.
    const asOf = Date.parse(String(answer.body.data_as_of));
    expect(asOf).toBeGreaterThanOrEqual(began);
    expect(asOf).toBeLessThanOrEqual(killed);
    await primary.start();
    await until(async () => (await statusOf(patient)) === 'healthy');
  });

  it('need an address of PostgreSQL: another one is refused by its number in the list', async () => {
    const folder = newFolder();
    const settings = { FL_DB_URI: primary.url, FL_DB_REPLICA_URIS: 'mysql://x/y', FL_DATA_DIR: folder };
    expect(await runCliInProcess(['config', 'check'], settings, folder)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/FL_DB_REPLICA_URIS has an entry \(number 1\)/),
    });
  });
});
