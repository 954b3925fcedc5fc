import { rollUp, ROLLED_UP_TABLE } from '#analytics';
import { uuidv7 } from '#kernel';
import { loadConfig } from '#config';
import { BatchCommitter, CommitHooks } from '#ingest';
import { Metrics } from '#observability';
import { createDatabase, createDataSource, type Database } from '#persistence';
import { PREDICTIONS } from '#predictions';
import { atLeast, atMost, type Goal } from '../goal.js';
import { closedLoop, median } from '../load.js';
import { postgresCpuSeconds } from '../peer-process.js';
import type { Setting } from '../setting.js';
import { cli } from './seed-predictions.js';

const TENANT = '00000000-0000-7000-8000-000000000001';
const WRITERS = 8;
/** Rows of a group commit: about as many as on a busy server, and as in a stream. */
const GROUPS = [50, 500];
const LABELS = ['positive', 'negative', 'neutral'];

/**
 * G9: measures eight concurrent writers, each like a separate server, with and without rollups, and the share of
 * rollups in a prediction.
 */
export async function rollups(setting: Setting, seconds: number): Promise<Goal[]> {
  const riding = new CommitHooks();
  riding.register(ROLLED_UP_TABLE, rollUp);
  // Uses separate databases, because one of them holds predictions that no rollup counts.
  const [without, withThem] = [await arm(setting, 'without', new CommitHooks()), await arm(setting, 'with', riding)];
  const goals: Goal[] = [];
  let cost = 0;
  for (const size of GROUPS) {
    const ratios: number[] = [];
    const costs: number[] = [];
    let detail = '';
    for (let round = 0; round < 4; round++) {
      const results = new Map<Arm, Written>();
      for (const each of round % 2 === 0 ? [without, withThem] : [withThem, without])
        results.set(each, await write(each, seconds, size));
      const [ours, bare] = [withThem, without].map((each) => results.get(each) as Written) as [Written, Written];
      ratios.push(ours.rate / bare.rate);
      costs.push(ours.cpu - bare.cpu);
      detail = `${ours.rate.toFixed(0)} to ${bare.rate.toFixed(0)} rows/s`;
    }
    if (size === GROUPS[0]) cost = median(costs);
    const what = `eight writers with rollups, relative to without, groups of ${size}, no HTTP`;
    goals.push(atLeast('G9', what, median(ratios), 0.8, `last of 4: ${detail}`));
  }
  await Promise.all([without.database.close(), withThem.database.close()]);
  const check = JSON.parse(cli(['rollups', 'check', '--json'], withThem.environment)) as {
    predictions: number;
    differences: [];
  };
  const product = await setting.product('product', await setting.database('whole'));
  await closedLoop(product, { seconds: 2, connections: 64, texts: 'repeated' });
  const { postgresCpu, serverCpu } = await closedLoop(product, { seconds, connections: 64, texts: 'repeated' });
  await product.stop();
  const whole = serverCpu + postgresCpu;
  return [
    ...goals,
    atMost(
      'G9',
      'hours or days that differ from their predictions afterwards',
      check.differences.length,
      0,
      '',
      `${check.predictions} compared`,
    ),
    atMost(
      'G9',
      'CPU of rollups as a share of a prediction over HTTP',
      (cost / whole) * 100,
      15,
      ' %',
      `${cost.toFixed(0)} of ${whole.toFixed(0)} µs, in groups of ${GROUPS[0]}`,
    ),
  ];
}

interface Written {
  /** Rows per second. */
  rate: number;
  /** CPU microseconds per row, of this process and of PostgreSQL. */
  cpu: number;
}

interface Arm {
  database: Database;
  riders: CommitHooks;
  environment: Record<string, string>;
}

async function arm(setting: Setting, name: string, riders: CommitHooks): Promise<Arm> {
  const uri = await setting.database(name);
  const environment = { FL_DB_URI: uri, FL_DATA_DIR: setting.folder, FL_DB_POOL_SIZE: String(WRITERS + 2) };
  cli(['migrate', 'up'], environment);
  const config = loadConfig(environment);
  const database = createDatabase(createDataSource(config), config, new Metrics());
  await database.connect();
  return { database, riders, environment };
}

async function write({ database, riders }: Arm, seconds: number, size: number): Promise<Written> {
  const until = performance.now() + seconds * 1000;
  const cpu = (): number => {
    const { system, user } = process.cpuUsage();
    return user + system + postgresCpuSeconds() * 1e6;
  };
  let rows = 0;
  const before = cpu();
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const committer = new BatchCommitter(database, riders);
      while (performance.now() < until) {
        await committer.commit([{ parts: [{ insert: PREDICTIONS.insert, rows: batch(size) }], bytes: 0 }]);
        rows += size;
      }
    }),
  );
  return { rate: rows / seconds, cpu: (cpu() - before) / rows };
}

function batch(size: number): Record<string, unknown>[] {
  const now = Date.now();
  return Array.from({ length: size }, (_, i) => ({
    id: uuidv7(now),
    tenant_id: TENANT,
    timestamp: now,
    recorded_at: now,
    input_text: 'x'.repeat(120),
    model: 'm',
    model_version: 'v',
    label: LABELS[i % 3],
    confidence_score: Math.random(),
    scores: { positive: 0.5, negative: 0.3, neutral: 0.2 },
    latency_ms: Math.exp(Math.random() * 3),
    cache_hit: i % 2 === 0,
    source: 'served',
  }));
}
