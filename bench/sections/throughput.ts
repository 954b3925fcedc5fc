import { closedLoop, median, openLoop, type Sample } from '../load.js';
import { atLeast, atMost, type Goal, notMeasured } from '../goal.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

export interface Row {
  server: string;
  requests_per_second: number;
  of_echo: number;
  server_cpu_us: number;
  postgres_cpu_us: number;
  p50_ms: number;
  p99_ms: number;
  errors: number;
}

const ECHO = 'Fastify echo';
const BARE = 'bare Fastify, group commit';
const NEST = 'stock NestJS, save()';
const LEGACY_POOL = 'FastAPI, pool 10+20';
const FAIR_POOL = 'FastAPI, pool 30';
const REPEATED = 'feedback-loop, repeated texts';
const DISTINCT = 'feedback-loop, distinct texts';

/**
 * G1 to G6: measures the complete `POST /api/v1/predict` on PostgreSQL beside its peers, from A to Z and from Z to A in
 * one run.
 */
export async function throughput(
  setting: Setting,
  { rounds, seconds, connections }: { rounds: number; seconds: number; connections: number },
): Promise<{ rows: Row[]; goals: Goal[] }> {
  const product = await setting.product('feedback-loop', await setting.database('product'));
  const echo = await setting.node(ECHO, 'fastify-echo.js');
  const peers: [name: string, peer: Peer | undefined, texts: 'distinct' | 'repeated'][] = [
    [ECHO, echo, 'distinct'],
    [BARE, await setting.node(BARE, 'fastify-group-commit.js', await setting.database('bare')), 'distinct'],
    [REPEATED, product, 'repeated'],
    [DISTINCT, product, 'distinct'],
    [NEST, await setting.node(NEST, 'stock-nest.js', await setting.database('nest')), 'distinct'],
    [FAIR_POOL, await setting.fastapi(FAIR_POOL, await setting.database('fair'), '30+0'), 'distinct'],
    [LEGACY_POOL, await setting.fastapi(LEGACY_POOL, await setting.database('legacy'), '10+20'), 'distinct'],
  ];
  const present = peers.filter((entry): entry is [string, Peer, 'distinct' | 'repeated'] => entry[1] !== undefined);
  for (const [, peer, texts] of present) await closedLoop(peer, { seconds: 2, connections, texts });
  const samples = new Map<string, Sample[]>(present.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Alternates the order, so that a machine that slows down favours no server.
    for (const [name, peer, texts] of round % 2 === 0 ? present : [...present].reverse())
      samples.get(name)?.push(await closedLoop(peer, { seconds, connections, texts }));
  }
  const of = (name: string, read: (sample: Sample) => number): number => median((samples.get(name) ?? []).map(read));
  const rate = (name: string): number => of(name, (sample) => sample.requestsPerSecond);
  const rows = present.map(([server]) => ({
    server,
    requests_per_second: Math.round(rate(server)),
    of_echo: Number((rate(server) / rate(ECHO)).toFixed(3)),
    server_cpu_us: Math.round(of(server, (sample) => sample.serverCpu)),
    postgres_cpu_us: Math.round(of(server, (sample) => sample.postgresCpu)),
    p50_ms: of(server, (sample) => sample.p50),
    p99_ms: of(server, (sample) => sample.p99),
    errors: (samples.get(server) ?? []).reduce((sum, { errors }) => sum + errors, 0),
  }));
  return { rows, goals: [...goalsOf(rows, rate), ...(await paced(product, echo))] };
}

function goalsOf(rows: Row[], rate: (name: string) => number): Goal[] {
  const row = (name: string): Row => rows.find(({ server }) => server === name) as Row;
  const cpu = (name: string): number => row(name).server_cpu_us;
  const both = (name: string): string => `${rate(REPEATED).toFixed(0)} against ${rate(name).toFixed(0)} req/s`;
  const perPrediction = row(REPEATED).server_cpu_us + row(REPEATED).postgres_cpu_us;
  const fastapi = (id: string, name: string, target: number): Goal =>
    rows.some(({ server }) => server === name)
      ? atLeast(id, `rate, relative to ${name}`, rate(REPEATED) / rate(name), target, both(name))
      : notMeasured(id, `rate, relative to ${name}`, `≥ ${target}x`, 'python3-fastapi is not installed');
  return [
    atLeast('G1', 'rate, relative to a bare Fastify echo', rate(REPEATED) / rate(ECHO), 0.33, both(ECHO)),
    atMost(
      'G1',
      'CPU, relative to a bare Fastify echo',
      cpu(REPEATED) / cpu(ECHO),
      3,
      'x',
      `${cpu(REPEATED)} to ${cpu(ECHO)} µs`,
    ),
    atLeast('G2', 'rate, relative to bare Fastify with group commit', rate(REPEATED) / rate(BARE), 0.8, both(BARE)),
    fastapi('G3', LEGACY_POOL, 15),
    fastapi('G3', FAIR_POOL, 10),
    atLeast('G4', 'rate, relative to stock NestJS', rate(REPEATED) / rate(NEST), 12, both(NEST)),
    atMost('G6', 'CPU of a durable prediction without the model', perPrediction, 100, ' µs', 'server and PostgreSQL'),
  ];
}

/** G5: measures a thousand requests a second, due at fixed times. */
async function paced(product: Peer, echo: Peer): Promise<Goal[]> {
  const ours: Awaited<ReturnType<typeof openLoop>>[] = [];
  const floor: typeof ours = [];
  await openLoop(product, 1000, 2);
  for (let round = 0; round < 3; round++) {
    floor.push(await openLoop(echo, 1000, 4));
    ours.push(await openLoop(product, 1000, 4));
  }
  const p95 = median(ours.map((each) => each.p95));
  const echoP95 = median(floor.map((each) => each.p95));
  const errors = ours.reduce((sum, each) => sum + each.errors, 0);
  const achieved = median(ours.map((each) => each.achieved));
  const detail = `echo ${echoP95} ms, ${achieved} req/s achieved, ${errors} errors`;
  return [
    atMost('G5', 'p95 at 1,000 req/s, open loop, distinct texts', p95, 10, ' ms', detail),
    atMost('G5', 'the same, relative to the echo’s p95', p95 / echoP95, 6, 'x', detail),
  ];
}
