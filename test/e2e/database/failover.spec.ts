import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { ENVIRONMENT_KEY, until } from '../../support/outage.js';
import { PostgresCluster } from '../../support/postgres-cluster.js';
import { ServerProcess } from '../../support/server-process.js';

const CLIENTS = 8;
const MIN_ACKNOWLEDGED = 50;
/** All servers of a database need the same keys; here each has a data folder of its own. */
const SECRETS = { FL_SECRET_KEY: 's'.repeat(40), FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') };
const newFolder = (): string => mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'failover-'));
const command = (args: string[], uri: string) => {
  const folder = newFolder();
  return runCliInProcess(args, { ...SECRETS, FL_DB_URI: uri, FL_DATA_DIR: folder }, folder);
};

async function start(uri: string, settings: Record<string, string> = {}): Promise<ServerProcess> {
  const folder = newFolder();
  const server = ServerProcess.spawn(
    { ...SECRETS, FL_DATA_DIR: folder, FL_DB_URI: uri, FL_API_KEYS: `${ENVIRONMENT_KEY}:ingest+read`, ...settings },
    folder,
  );
  await server.listening();
  await until(async () => (await server.api.health({ key: null })).body.status === 'healthy');
  return server;
}

const log = ({ api }: ServerProcess, label: string) =>
  api.predictions.log({ model: 'm', model_version: 'v', label, confidence: 0.5 }, { key: ENVIRONMENT_KEY });

/** Clients that record without a pause; each acknowledged id is kept. */
class Recorders {
  readonly acknowledged: string[] = [];
  private running = true;
  private readonly clients: Promise<void>[];

  constructor(server: ServerProcess, label: string) {
    this.clients = Array.from({ length: CLIENTS }, () => this.record(server, label));
  }

  /** Waits until the clients have `count` more acknowledgements. */
  more(count: number): Promise<void> {
    const enough = this.acknowledged.length + count;
    return until(async () => this.acknowledged.length >= enough);
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.clients);
  }

  private async record(server: ServerProcess, label: string): Promise<void> {
    while (this.running) {
      const answer = await log(server, label).catch(() => undefined);
      if (answer?.status === 201) this.acknowledged.push(answer.body.id);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

// S0-F4
describe('a promoted standby', () => {
  let primary: PostgresCluster;
  let standby: PostgresCluster;

  beforeAll(async () => {
    primary = await PostgresCluster.create();
    expect(await command(['migrate', 'up'], primary.url)).toMatchObject({ code: 0 });
  });
  beforeEach(async () => {
    standby = await primary.standby('standby_2');
  });
  afterEach(async () => {
    await standby?.stop();
    await primary.stop();
    await primary.start();
    // Otherwise commits would wait for a standby that no longer exists.
    await primary.query("ALTER SYSTEM SET synchronous_standby_names = ''");
    await primary.query('SELECT pg_reload_conf()');
  });
  afterAll(() => primary?.stop());

  const useReplication = async (names: string, state: string) => {
    await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
    await primary.query('SELECT pg_reload_conf()');
    const replication = `SELECT 1 FROM pg_stat_replication WHERE application_name = 'standby_2' AND ${state}`;
    await until(async () => (await primary.query(replication)).length === 1);
  };
  /** Kills the primary under load, after `before`, and promotes the standby. Returns the acknowledged ids. */
  const failOver = async (label: string, before: (recorders: Recorders) => Promise<void>) => {
    const server = await start(primary.url, { FL_SPOOL_ENABLED: 'false' });
    const recorders = new Recorders(server, label);
    await recorders.more(MIN_ACKNOWLEDGED);
    await before(recorders);
    await primary.kill();
    await recorders.stop();
    await server.stop('SIGKILL');
    return recorders.acknowledged;
  };
  const lostOf = async (label: string, acknowledged: string[]) => {
    const rows = await standby.query<{ id: string }>(`SELECT id FROM predictions WHERE label = '${label}'`);
    const found = new Set(rows.map(({ id }) => id));
    return acknowledged.filter((id) => !found.has(id));
  };
  const expectService = async () => {
    const next = await start(standby.url);
    expect(await log(next, 'after')).toMatchObject({ status: 201 });
    const check = await command(['rollups', 'check', '--json'], standby.url);
    expect(JSON.parse(check.stdout)).toMatchObject({ differences: [] });
    await next.stop('SIGKILL');
  };

  it('has every acknowledged record with synchronous replication', async () => {
    await useReplication('standby_2', "sync_state = 'sync'");
    const acknowledged = await failOver('synchronous', async () => undefined);
    await standby.promote();
    expect(await lostOf('synchronous', acknowledged)).toEqual([]);
    await expectService();
  });

  // docs/operations/failover.md names this price of not waiting.
  it('lacks records that were acknowledged while it was behind with asynchronous replication', async () => {
    await useReplication('', "state = 'streaming'");
    const acknowledged = await failOver('asynchronous', async (recorders) => {
      await standby.kill();
      await recorders.more(20);
    });
    await standby.start();
    await standby.promote();
    expect((await lostOf('asynchronous', acknowledged)).length).toBeGreaterThan(0);
    await expectService();
  });
});
