import { connect, type Socket } from 'node:net';
import autocannon from 'autocannon';
import { atMost, type Goal } from '../goal.js';
import { closedLoop } from '../load.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

const SLOW_SOCKETS = 500;
const ADDRESSES = 100_000;
const REQUESTS = 200_000;
const ENVIRONMENT = {
  FL_TRUSTED_PROXIES: '127.0.0.1',
  FL_PUBLIC_ROUTES: 'predict,analytics',
  FL_LOG_LEVEL: 'info',
  // Without a limit, Node collects garbage as late as the machine's memory allows, which would hide the memory really
  // in use.
  NODE_OPTIONS: '--max-old-space-size=192',
};

/** Measures how clients without a key affect others when they hold sockets or use many addresses. */
export async function flood(setting: Setting, seconds: number): Promise<Goal[]> {
  const product = await setting.product('product', undefined, { environment: ENVIRONMENT });
  return [await slowSockets(product, seconds), await manyAddresses(product)];
}

/** Opens 500 connections that send one header byte a second, beside eight well-behaved clients. */
async function slowSockets(product: Peer, seconds: number): Promise<Goal> {
  const { hostname, port } = new URL(product.url);
  const sockets: Socket[] = [];
  for (let i = 0; i < SLOW_SOCKETS; i++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write('POST /api/v1/predict HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    sockets.push(socket);
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x');
  }, 1000);
  const { errors, p99 } = await closedLoop(product, {
    seconds: Math.max(4, seconds),
    connections: 8,
    texts: 'distinct',
  });
  clearInterval(drip);
  for (const socket of sockets) socket.destroy();
  return atMost(
    'S1-11a',
    `p99 of well-behaved clients beside ${SLOW_SOCKETS} slow sockets`,
    p99,
    200,
    ' ms',
    `${errors} errors`,
  );
}

/** Sends requests without a key from many addresses, each of which is counted separately. */
async function manyAddresses(product: Peer): Promise<Goal> {
  const base = product.url.replace('/api/v1/predict', '');
  let serial = 0;
  const ask = (amount: number): Promise<autocannon.Result> =>
    autocannon({
      url: `${base}/analytics/cache`,
      amount,
      connections: 64,
      requests: [
        {
          setupRequest: (each) => {
            const n = serial++ % ADDRESSES;
            return { ...each, headers: { 'x-forwarded-for': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` } };
          },
        },
      ],
    });
  const fill = await ask(ADDRESSES);
  const before = await memory(base, product);
  const result = await ask(REQUESTS);
  const after = await memory(base, product);
  const refused = [fill, result].reduce((sum, { statusCodeStats }) => sum + (statusCodeStats?.['429']?.count ?? 0), 0);
  const detail =
    `after one request per address ${show(before)}, after ${REQUESTS.toLocaleString('en')} more ${show(after)}; ` +
    `${fill.errors + result.errors} errors, ${refused} refused`;
  const what = `memory added by ${REQUESTS.toLocaleString('en')} requests from ${ADDRESSES.toLocaleString('en')} known addresses`;
  return atMost('S1-11b', what, Math.max(0, after.resident - before.resident), 64, ' MB', detail);
}

interface Memory {
  /** Resident memory of the process, in MB. */
  resident: number;
  /** JavaScript heap in use, in MB, including garbage that is not collected yet. */
  heap: number;
}

function show({ heap, resident }: Memory): string {
  return `${resident.toFixed(0)} MB (heap ${heap.toFixed(0)})`;
}

async function memory(base: string, product: Peer): Promise<Memory> {
  const text = await (await fetch(`${base}/metrics`, { headers: product.headers })).text();
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]) / 1e6;
  return { resident: figure('process_resident_memory_bytes'), heap: figure('nodejs_heap_size_used_bytes') };
}
