/**
 * Measures every figure that docs/performance.md quotes, as ratios within one run, because the requests per second of a
 * shared machine vary by a factor of two between runs.
 *
 *   npm run bench -- [--seconds 4] [--rounds 3] [--connections 64] [--only G1,G12]
 *
 * BENCH_POSTGRES_URL selects the PostgreSQL server, in which databases are created and dropped again; BENCH_PYTHON
 * selects the interpreter that has FastAPI. Writes bench/results/bench.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Goal } from './goal.js';
import { analytics } from './sections/analytics.js';
import { feedback } from './sections/feedback.js';
import { flood } from './sections/flood.js';
import { hostileFiles } from './sections/hostile-files.js';
import { metricEvents } from './sections/metric-events.js';
import { limiter } from './sections/limiter.js';
import { caching } from './sections/caching.js';
import { moving } from './sections/moving.js';
import { pictures } from './sections/pictures.js';
import { retention } from './sections/retention.js';
import { rollups } from './sections/rollups.js';
import { slowDisk } from './sections/slow-disk.js';
import { batch, bulk, outage, singleCommits, sqlite } from './sections/storage.js';
import { type Row, throughput } from './sections/throughput.js';
import { watching } from './sections/watching.js';
import { ROOT, Setting } from './setting.js';

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string', default: '' },
  },
});
const seconds = Number(args.seconds);
const setting = new Setting();
const goals: Goal[] = [];
let rows: Row[] = [];

/** Starts a proxy that passes everything through until `cut` is called. */
async function proxyTo(uri: string): Promise<{ uri: string; cut: () => void }> {
  const target = new URL(uri);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(uri);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as { port: number }).port);
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { uri: through.href, cut };
}

async function section(ids: string[], work: () => Promise<Goal[]>): Promise<void> {
  const wanted = args.only.split(',').filter((id) => id !== '');
  if (wanted.length > 0 && !ids.some((id) => wanted.includes(id))) return;
  console.error(`measuring ${ids.join(', ')} …`);
  goals.push(...(await work()));
}

try {
  await section(['G1', 'G2', 'G3', 'G4', 'G5', 'G6'], async () => {
    const result = await throughput(setting, {
      rounds: Number(args.rounds),
      seconds,
      connections: Number(args.connections),
    });
    rows = result.rows;
    return result.goals;
  });
  await section(['G11'], async () => [await singleCommits(setting, seconds)]);
  await section(['G12'], async () => [await bulk(setting)]);
  await section(['G13'], async () => [await sqlite(setting, seconds)]);
  await section(['G15'], async () => [await slowDisk(setting, seconds)]);
  await section(['G14'], async () => pictures(setting, seconds));
  await section(['S3-07'], async () => hostileFiles(setting));
  await section(['G16'], async () => limiter());
  await section(['G17'], async () => {
    const { cut, uri } = await proxyTo(await setting.database('outage'));
    return [await outage(await setting.product('product', uri), cut, seconds)];
  });
  await section(['G7', 'G8', 'G10'], async () => analytics(setting));
  await section(['G9'], async () => rollups(setting, seconds));
  await section(['G18'], async () => retention(setting));
  await section(['S2-29'], async () => caching(setting));
  await section(['S2-30', 'S2-31'], async () => watching(setting));
  await section(['S1-11'], async () => flood(setting, seconds));
  await section(['S1-56'], async () => moving(setting));
  await section(['S3-21'], async () => feedback(setting));
  await section(['S0-22'], async () => metricEvents(setting));
  await section(['G19'], async () => [await batch(setting)]);
} finally {
  await setting.end();
}

if (rows.length > 0) console.table(rows);
console.table(goals);
const result = {
  date: new Date().toISOString(),
  machine: { node: process.version, cpus: cpus().length, model: cpus()[0]?.model },
  args,
  rows,
  goals,
};
mkdirSync(join(ROOT, 'bench', 'results'), { recursive: true });
if (args.only === '')
  writeFileSync(join(ROOT, 'bench', 'results', 'bench.json'), `${JSON.stringify(result, null, 2)}\n`);
