import { createTestDatabase } from '../support/databases.js';
import { Load } from '../support/load.js';
import { ENVIRONMENT_KEY as KEY, until } from '../support/outage.js';
import { ProbeProxy } from '../support/probe-proxy.js';
import { ServerProcess } from '../support/server-process.js';

const SERVERS = 3;

/** Sends requests to another address than its own, such as that of a proxy. */
function atAddress(address: string): ServerProcess {
  return Object.assign(Object.create(ServerProcess.prototype) as ServerProcess, { address });
}

/** Restarts servers one by one, as a StatefulSet does, behind a load balancer that follows the readiness probe. */
async function roll(drainMs: number): Promise<{ requests: number; failed: number; lost: number }> {
  const database = await createTestDatabase('postgresql');
  const environment = {
    FL_API_KEYS: `${KEY}:predict+read`,
    FL_KEY_RATE_LIMIT_PER_MINUTE: '1000000000',
    FL_SECRET_KEY: 's'.repeat(40),
    FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    FL_DRAIN_MS: String(drainMs),
  };
  const proxy = await ProbeProxy.start();
  const start = async (i: number): Promise<ServerProcess> => {
    const server = await ServerProcess.start(database, {
      ...environment,
      FL_SPOOL_DIR: `${database.folder}/spool-${i}`,
    });
    proxy.add(server.address);
    return server;
  };
  const servers = await Promise.all(Array.from({ length: SERVERS }, (_, i) => start(i)));
  await until(async () => proxy.ready.length === SERVERS);
  const load = new Load(atAddress(proxy.address), KEY, 12);
  for (const [i, server] of servers.entries()) {
    await server.stop('SIGTERM');
    proxy.remove(server.address);
    servers[i] = await start(i);
    await until(async () => proxy.ready.length === SERVERS);
  }
  const { acknowledged, cut, failures } = await load.stop();
  await Promise.all(servers.map((server) => server.stop()));
  proxy.stop();
  const stored = new Set((await database.query<{ id: string }>('SELECT id FROM predictions')).map(({ id }) => id));
  await database.drop();
  return {
    requests: acknowledged.length,
    failed: failures.length + cut,
    lost: acknowledged.filter((id) => !stored.has(id)).length,
  };
}

describe('a rolling restart of three servers', () => {
  // S1-09 S1-46
  it('fails no request and loses no record', async () => {
    const { failed, lost, requests } = await roll(1500);
    expect(requests).toBeGreaterThan(500);
    expect({ failed, lost }).toEqual({ failed: 0, lost: 0 });
  });

  it('fails requests if the server does not wait for the load balancer to notice (negative control)', async () => {
    const { failed, lost } = await roll(0);
    expect(failed).toBeGreaterThan(0);
    expect(lost).toBe(0);
  });
});
