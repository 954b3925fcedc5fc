import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { FULL, reportChaos } from '../support/chaos-report.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { Load } from '../support/load.js';
import { ENVIRONMENT_KEY as KEY, until } from '../support/outage.js';
import { ROOT, ServerProcess } from '../support/server-process.js';

/** CI runs a short set, `npm run test:chaos` the full one. */
const ROUNDS = FULL ? 20 : 3;
const ROUND_MS = FULL ? 2200 : 700;
const CLIENTS = 16;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function stored(database: TestDatabase): Promise<string[]> {
  return (await database.query<{ id: string }>('SELECT id FROM predictions')).map(({ id }) => id);
}

// C1
describe.each(DIALECTS)('kill -9 under load on %s', (dialect) => {
  it(`loses no acknowledged record in ${ROUNDS} rounds, and stores none twice`, async () => {
    const database = await createTestDatabase(dialect);
    const environment = { FL_API_KEYS: `${KEY}:predict+read`, FL_KEY_RATE_LIMIT_PER_MINUTE: '1000000000' };
    const acknowledged: string[] = [];
    let slowestStart = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const began = Date.now();
      const server = await ServerProcess.start(database, environment);
      if (round > 0) slowestStart = Math.max(slowestStart, Date.now() - began);
      const load = new Load(server, KEY, CLIENTS);
      await pause(ROUND_MS + Math.random() * 800);
      await server.stop('SIGKILL');
      const result = await load.stop();
      expect(result.failures).toEqual([]);
      acknowledged.push(...result.acknowledged);
    }
    // The next start replays what a killed process left in its spool.
    const server = await ServerProcess.start(database, environment);
    await until(async () => (await server.api.health({ key: null })).body.status === 'healthy');
    await server.stop();
    const ids = await stored(database);
    const found = new Set(ids);
    const lost = acknowledged.filter((id) => !found.has(id));
    reportChaos('C1', `kill -9 under load, ${dialect}`, {
      rounds: ROUNDS,
      acknowledged: acknowledged.length,
      lost: lost.length,
      twice: ids.length - found.size,
      slowest_start_ms: slowestStart,
    });
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * 100);
    expect(lost).toEqual([]);
    expect(found.size).toBe(ids.length);
    await database.drop();
  }, 600_000);
});

// C2
describe('the negative control', () => {
  it('loses acknowledged records when it is killed, which shows that the test above would see losses', async () => {
    const database = await createTestDatabase('sqlite');
    const file = join(database.folder, 'control.db');
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const server = ServerProcess.spawn(
        { CONTROL_FILE: file },
        database.folder,
        join(ROOT, 'test', 'chaos', 'ack-before-commit.mjs'),
      );
      await server.listening();
      const load = new Load(server, KEY, CLIENTS);
      await pause(500 + Math.random() * 300);
      await server.stop('SIGKILL');
      acknowledged.push(...(await load.stop()).acknowledged);
    }
    const control = new BetterSqlite3(file, { readonly: true });
    const found = new Set(
      (control.prepare('SELECT id FROM predictions').all() as { id: string }[]).map(({ id }) => id),
    );
    control.close();
    const lost = acknowledged.filter((id) => !found.has(id));
    reportChaos('C2', 'negative control: acknowledges before it writes', {
      rounds: 3,
      acknowledged: acknowledged.length,
      lost: lost.length,
    });
    expect(lost.length).toBeGreaterThan(0);
  });
});

// C12
describe('SIGTERM under load', () => {
  it('fails no request of clients that follow the readiness probe', async () => {
    const database = await createTestDatabase('sqlite');
    const rounds = FULL ? 10 : 2;
    let served = 0;
    for (let round = 0; round < rounds; round++) {
      const server = await ServerProcess.start(database, {
        FL_API_KEYS: `${KEY}:predict`,
        FL_KEY_RATE_LIMIT_PER_MINUTE: '1000000000',
        FL_DRAIN_MS: '1500',
      });
      const load = new Load(server, KEY, CLIENTS);
      await pause(FULL ? 1500 : 800);
      const stopped = server.stop('SIGTERM');
      // A load balancer notices within a second.
      await pause(900);
      const result = await load.stop();
      expect(result).toMatchObject({ failures: [], unrecorded: 0 });
      served += result.acknowledged.length;
      expect(await stopped).toBe(0);
    }
    expect(await stored(database)).toHaveLength(served);
    reportChaos('C12', 'SIGTERM under load', { restarts: rounds, answered: served, failed: 0 });
  }, 300_000);
});
