/**
 * The complete `POST /api/v1/predict` (key, validation, model, durable row on PostgreSQL, log) against a bare Fastify echo and
 * against stock NestJS with `save()`, interleaved in one run: the ratios mean something, the requests per second of a shared
 * machine do not.
 *
 *   npm run bench -- [--seconds 5] [--rounds 3] [--connections 64]
 *
 * BENCH_POSTGRES_URL names the PostgreSQL to use; databases are made in it and dropped again.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import pg from 'pg';
import { type Peer, startPeer } from './peer-process.js';

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    out: { type: 'string', default: 'bench/results/predict.json' },
  },
});
const admin = process.env.BENCH_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'feedback-loop-bench-'));
const database = `fl_bench_${process.pid}`;

interface Sample {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  cpuMicros: number;
  errors: number;
}

const { texts } = {
  texts: (JSON.parse(readFileSync(join(root, 'models', 'demo', 'sentences.json'), 'utf8')) as { text: string }[]).map(
    ({ text }) => text,
  ),
};

/** Every request has a text of its own, so that the prediction cache does not answer for the model. */
let serial = 0;
function nextBody(): string {
  serial += 1;
  return JSON.stringify({ text: `${texts[serial % texts.length]} Number ${serial}.` });
}

async function load(peer: Peer, seconds: number): Promise<Sample> {
  const before = peer.cpuSeconds();
  const result = await autocannon({
    url: peer.url,
    method: 'POST',
    connections: Number(args.connections),
    duration: seconds,
    requests: [
      {
        headers: { 'content-type': 'application/json', ...peer.headers },
        setupRequest: (request) => ({ ...request, body: nextBody() }),
      },
    ],
  });
  const done = result['2xx'];
  return {
    requestsPerSecond: done / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuMicros: ((peer.cpuSeconds() - before) / Math.max(1, done)) * 1e6,
    errors: result.errors + result.non2xx,
  };
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function databaseUri(name: string): string {
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
}

const listening = (output: string): string | undefined => /^listening (\S+)/m.exec(output)?.[1];
const announced = (output: string): string | undefined => /"address":"([^"]+)"/.exec(output)?.[1];
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

await administer(`CREATE DATABASE ${database}`);
await administer(`CREATE DATABASE ${database}_stock`);
const peers: Peer[] = [];
try {
  peers.push(
    await startPeer('fastify echo', join(root, 'dist/bench/peers/fastify-echo.js'), {}, listening, '/predict'),
  );
  peers.push(
    await startPeer(
      'stock NestJS, save()',
      join(root, 'dist/bench/peers/stock-nest.js'),
      { BENCH_DB_URI: databaseUri(`${database}_stock`) },
      listening,
      '/predict',
    ),
  );
  peers.push(
    await startPeer(
      'feedback-loop',
      join(root, 'dist/src/main.js'),
      {
        FL_DB_URI: databaseUri(database),
        FL_DB_AUTO_MIGRATE: 'true',
        FL_DATA_DIR: folder,
        FL_API_PORT: '0',
        FL_DRAIN_MS: '0',
        FL_LOG_FORMAT: 'json',
      },
      announced,
      '/api/v1/predict',
      () => ({ authorization: `Bearer ${readFileSync(join(folder, 'admin.key'), 'utf8').trim()}` }),
    ),
  );
  for (const peer of peers) await load(peer, 2);
  const samples = new Map<string, Sample[]>(peers.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(args.rounds); round++) {
    // A to Z, then Z to A: a machine that slows down favours nobody.
    for (const peer of round % 2 === 0 ? peers : [...peers].reverse())
      samples.get(peer.name)?.push(await load(peer, Number(args.seconds)));
  }
  report(samples);
} finally {
  await Promise.all(peers.map((peer) => peer.stop()));
  await administer(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await administer(`DROP DATABASE IF EXISTS ${database}_stock WITH (FORCE)`);
  rmSync(folder, { recursive: true, force: true });
}

function report(samples: Map<string, Sample[]>): void {
  const figure = (name: string, of: (sample: Sample) => number): number =>
    median((samples.get(name) as Sample[]).map(of));
  const rows = [...samples.keys()].map((name) => ({
    name,
    requests_per_second: Math.round(figure(name, (sample) => sample.requestsPerSecond)),
    ratio_to_echo: Number(
      (
        figure(name, (sample) => sample.requestsPerSecond) /
        figure('fastify echo', (sample) => sample.requestsPerSecond)
      ).toFixed(3),
    ),
    server_cpu_us: Math.round(figure(name, (sample) => sample.cpuMicros)),
    p50_ms: figure(name, (sample) => sample.p50),
    p99_ms: figure(name, (sample) => sample.p99),
    errors: (samples.get(name) as Sample[]).reduce((sum, { errors }) => sum + errors, 0),
  }));
  console.table(rows);
  const rate = (name: string): number => figure(name, (sample) => sample.requestsPerSecond);
  const ratios = {
    to_echo: rate('feedback-loop') / rate('fastify echo'),
    to_stock_nest: rate('feedback-loop') / rate('stock NestJS, save()'),
  };
  console.log(
    `feedback-loop: ${ratios.to_echo.toFixed(2)}x of the echo, ${ratios.to_stock_nest.toFixed(1)}x of stock NestJS`,
  );
  mkdirSync(join(root, 'bench', 'results'), { recursive: true });
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
  writeFileSync(
    join(root, args.out),
    `${JSON.stringify({ date: new Date().toISOString(), machine, args, ratios, rows }, null, 2)}\n`,
  );
}
