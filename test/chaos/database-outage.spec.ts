import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { FULL, reportChaos } from '../support/chaos-report.js';
import { databaseBehindProxy, ENVIRONMENT_KEY as KEY, until } from '../support/outage.js';
import { runCliInProcess } from '../support/cli-in-process.js';
import { latency, Load, type LoadResult } from '../support/load.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { ServerProcess } from '../support/server-process.js';

const CLIENTS = 16;
/** The load is more than the limit of one key. */
const UNLIMITED = { FL_KEY_RATE_LIMIT_PER_MINUTE: '1000000000' };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function startServer(environment: Record<string, string>): { server: ServerProcess; ready: Promise<void> } {
  const folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'outage-'));
  const server = ServerProcess.spawn(
    {
      FL_DATA_DIR: folder,
      FL_DB_AUTO_MIGRATE: 'true',
      FL_API_KEYS: `${KEY}:predict+read`,
      ...UNLIMITED,
      ...environment,
    },
    folder,
  );
  return { server, ready: server.listening() };
}

async function healthy(server: ServerProcess): Promise<boolean> {
  return (await server.request('/health', { key: null })).body.status === 'healthy';
}

/** Acknowledged ids that are not in the database, and ids that are there twice. */
async function compare(url: string, acknowledged: string[]): Promise<{ lost: number; twice: number }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ id: string }>('SELECT id FROM predictions');
  await client.end();
  const found = new Set(rows.map(({ id }) => id));
  return { lost: acknowledged.filter((id) => !found.has(id)).length, twice: rows.length - found.size };
}

/** Each response is a 2xx that names where the record is. A missing response would block its client, and the test. */
function expectAllAcknowledged(result: LoadResult): void {
  expect(result).toMatchObject({ failures: [], unrecorded: 0, cut: 0 });
}

describe('predictions under load', () => {
  let cluster: PostgresCluster;
  let server: ServerProcess;

  beforeAll(async () => {
    cluster = await PostgresCluster.create();
    const started = startServer({ FL_DB_URI: cluster.url });
    server = started.server;
    await started.ready;
    await until(() => healthy(server));
  });
  afterAll(async () => {
    await server?.stop();
    await cluster?.stop();
  });

  it.each([
    ['C3', 'PostgreSQL killed and started again', FULL ? 8000 : 2000, () => cluster.kill(), () => cluster.start()],
    [
      'C4',
      'PostgreSQL paused (SIGSTOP)',
      FULL ? 8000 : 3000,
      async () => cluster.pause(),
      async () => cluster.resume(),
    ],
  ] as const)(
    // S2-07 S4-F2
    'are all acknowledged, and all stored afterwards: %s %s',
    async (id, what, outageMs, interrupt, resume) => {
      const load = new Load(server, KEY, CLIENTS);
      await pause(1000);
      const began = Date.now();
      await interrupt();
      await pause(outageMs);
      const back = Date.now();
      await resume();
      await pause(1000);
      const result = await load.stop();
      expectAllAcknowledged(result);
      await until(() => healthy(server));
      const replayedMs = Date.now() - back;
      const { lost, twice } = await compare(cluster.url, result.acknowledged);
      // The server notices the outage in the first seconds.
      const settled = result.answers.filter(({ at }) => at > began + 2500 && at < back);
      const spooled = result.answers.filter(({ persisted }) => persisted === 'spool').length;
      reportChaos(id, what, {
        outage_ms: outageMs,
        acknowledged: result.acknowledged.length,
        spooled,
        failed: result.failures.length,
        lost,
        twice,
        slowest_ms: latency(result.answers, 1),
        p99_once_noticed_ms: settled.length > 0 ? latency(settled, 0.99) : 'outage too short',
        all_present_after_ms: replayedMs,
      });
      expect(spooled).toBeGreaterThan(0);
      expect({ lost, twice }).toEqual({ lost: 0, twice: 0 });
    },
    180_000,
  );
});

// C5
describe('a server that starts while PostgreSQL is down', () => {
  // S4-12
  it('serves known keys, records in the spool, and is healthy without a restart when PostgreSQL is up', async () => {
    const cluster = await PostgresCluster.create();
    await cluster.kill();
    const { server, ready } = startServer({ FL_DB_URI: cluster.url });
    await ready;
    const load = new Load(server, KEY, CLIENTS);
    await pause(1500);
    expect(await server.api.readiness({ key: null })).toMatchObject({ status: 200 });
    await cluster.start();
    const back = Date.now();
    await pause(2000);
    const result = await load.stop();
    expectAllAcknowledged(result);
    await until(() => healthy(server));
    const { lost, twice } = await compare(cluster.url, result.acknowledged);
    reportChaos('C5', 'start while PostgreSQL is away', {
      acknowledged: result.acknowledged.length,
      lost,
      twice,
      all_present_after_ms: Date.now() - back,
    });
    expect({ lost, twice }).toEqual({ lost: 0, twice: 0 });
    await server.stop();
    await cluster.stop();
  });
});

// C6
describe('a database that is 400 ms slower', () => {
  it('delays predictions and reads, and fails none but reads, with 503', async () => {
    const { database, environment, proxy, drop } = await databaseBehindProxy();
    const server = await ServerProcess.start(database, { ...environment, ...UNLIMITED });
    proxy.set('slow');
    const load = new Load(server, KEY, CLIENTS);
    const reads: number[] = [];
    const end = Date.now() + (FULL ? 10_000 : 3000);
    while (Date.now() < end) {
      for (const path of ['/api/v1/analytics/summary', '/api/v1/predictions?limit=5'])
        reads.push((await server.request(path, { key: KEY })).status);
    }
    const result = await load.stop();
    expectAllAcknowledged(result);
    expect(reads.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    proxy.set('pass');
    await until(() => healthy(server));
    const { lost, twice } = await compare(database.environment.FL_DB_URI as string, result.acknowledged);
    expect({ lost, twice }).toEqual({ lost: 0, twice: 0 });
    reportChaos('C6', 'database 400 ms slower', {
      acknowledged: result.acknowledged.length,
      failed: result.failures.length,
      lost,
      p99_ms: latency(result.answers, 0.99),
      reads: reads.length,
      reads_503: reads.filter((status) => status === 503).length,
    });
    await server.stop();
    await drop();
  });
});

// C7
describe('twenty slow requests for analytics beside predictions', () => {
  it('get 200 or 503, and fail no prediction', async () => {
    const { database, environment, drop } = await databaseBehindProxy();
    const server = await ServerProcess.start(database, { ...environment, ...UNLIMITED });
    // The database makes enough rows for one request to scan a while.
    await database.query(
      `INSERT INTO predictions (id, tenant_id, timestamp, recorded_at, model, model_version, label, confidence_score, latency_ms, cache_hit, source)
       SELECT (lpad(to_hex(t), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
              '00000000-0000-7000-8000-000000000001', to_timestamp(t / 1000.0), now(), 'm', 'v', 'label' || n % 5, 0.5, 1, false, 'logged'
       FROM (SELECT n, (extract(epoch FROM now()) * 1000)::bigint - n AS t FROM generate_series(1, ${FULL ? 1_000_000 : 200_000}) n) rows`,
    );
    const rebuilt = await runCliInProcess(['rollups', 'rebuild'], database.environment, database.folder);
    expect(rebuilt).toMatchObject({ code: 0 });
    const measure = async (ms: number): Promise<LoadResult> => {
      const load = new Load(server, KEY, 8);
      await pause(ms);
      return load.stop();
    };
    await measure(1000);
    const alone = await measure(FULL ? 6000 : 2000);
    let running = true;
    const statuses: number[] = [];
    const readers = Array.from({ length: 20 }, async () => {
      while (running)
        statuses.push((await server.request('/api/v1/analytics/timeseries?bucket=hour', { key: KEY })).status);
    });
    const beside = await measure(FULL ? 6000 : 2000);
    running = false;
    await Promise.all(readers);
    for (const result of [alone, beside]) expectAllAcknowledged(result);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    reportChaos('C7', '20 slow analytics calls beside predictions', {
      p99_alone_ms: latency(alone.answers, 0.99),
      p99_beside_ms: latency(beside.answers, 0.99),
      analytics_200: statuses.filter((status) => status === 200).length,
      analytics_503: statuses.filter((status) => status === 503).length,
    });
    await server.stop();
    await drop();
  }, 180_000);
});
