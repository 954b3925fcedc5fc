import { FULL, reportChaos } from '../support/chaos-report.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { Load } from '../support/load.js';
import { ENVIRONMENT_KEY as KEY, until } from '../support/outage.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const CLIENTS = 16;
const ROUNDS = FULL ? 10 : 2;
const ROUND_MS = FULL ? 2500 : 1500;
/** A setting without effect. Its name is as long as the real one, so that a proxy can exchange them. */
const NO_SETTING = 'control.sync_level';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** PostgreSQL that reports a commit long before it is on disk, as some guides to tuning recommend. */
async function carelessCluster(): Promise<PostgresCluster> {
  const cluster = await PostgresCluster.create();
  await cluster.query('ALTER DATABASE postgres SET synchronous_commit = off');
  await cluster.query(`ALTER DATABASE postgres SET "${NO_SETTING}" = off`);
  // A commit that no session forces to disk stays in memory for ten seconds.
  for (const setting of ["wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"])
    await cluster.query(`ALTER SYSTEM SET ${setting}`);
  await cluster.query('SELECT pg_reload_conf()');
  return cluster;
}

/** Kills PostgreSQL under load, several times. Returns the number of acknowledged records, and the lost ones. */
async function killUnderLoad(
  cluster: PostgresCluster,
  folder: TestDatabase,
  uri: string,
): Promise<{ acknowledged: number; lost: string[] }> {
  const server = await ServerProcess.start(folder, {
    FL_DB_URI: uri,
    FL_DB_AUTO_MIGRATE: 'true',
    FL_API_KEYS: `${KEY}:predict+read`,
    FL_KEY_RATE_LIMIT_PER_MINUTE: '1000000000',
  });
  const isHealthy = async (): Promise<boolean> =>
    (await server.request('/health', { key: null })).body.status === 'healthy';
  const acknowledged: string[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await until(isHealthy);
      // Only records of this round may be lost, not the tables and not those replayed from the spool.
      await cluster.query('CHECKPOINT');
      const load = new Load(server, KEY, CLIENTS);
      await pause(ROUND_MS);
      await cluster.kill();
      acknowledged.push(...(await load.stop()).acknowledged);
      await cluster.start();
    }
    await until(isHealthy);
  } finally {
    await server.stop();
  }
  const found = new Set((await cluster.query<{ id: string }>('SELECT id FROM predictions')).map(({ id }) => id));
  return { acknowledged: acknowledged.length, lost: acknowledged.filter((id) => !found.has(id)) };
}

describe('a PostgreSQL with synchronous_commit off, killed under load', () => {
  let cluster: PostgresCluster;
  let folder: TestDatabase;
  beforeEach(async () => {
    [cluster, folder] = await Promise.all([carelessCluster(), createTestDatabase('sqlite')]);
  });
  afterEach(() => cluster?.stop());

  // F25
  it('loses nothing that was acknowledged', async () => {
    const { acknowledged, lost } = await killUnderLoad(cluster, folder, cluster.url);
    reportChaos('C20', 'kill -9 of PostgreSQL with synchronous_commit off', {
      rounds: ROUNDS,
      acknowledged,
      lost: lost.length,
    });
    expect(acknowledged).toBeGreaterThan(ROUNDS * 50);
    expect(lost).toEqual([]);
  }, 300_000);

  it('loses acknowledged records if the server does not ask for a durable commit (negative control)', async () => {
    const { hostname, port } = new URL(cluster.url);
    const proxy = await TcpProxy.to(hostname, Number(port), { replace: ['synchronous_commit', NO_SETTING] });
    const { acknowledged, lost } = await killUnderLoad(cluster, folder, proxy.through(cluster.url)).finally(() =>
      proxy.close(),
    );
    reportChaos('C21', 'negative control: the same without durable commits', {
      rounds: ROUNDS,
      acknowledged,
      lost: lost.length,
    });
    expect(lost.length).toBeGreaterThan(0);
  }, 300_000);
});
