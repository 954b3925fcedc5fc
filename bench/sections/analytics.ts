import { monitorEventLoopDelay } from 'node:perf_hooks';
import { RollupsReadModel } from '#analytics';
import { loadConfig } from '#config';
import { Metrics } from '#observability';
import {
  createDatabase,
  createDataSource,
  type Database,
  type DatabaseSupervisor,
  TenantIsolationCheck,
  UnitOfWork,
} from '#persistence';
import { atMost, type Goal } from '../goal.js';
import { median } from '../load.js';
import type { Setting } from '../setting.js';
import { type Seeded, seedPredictions } from './seed-predictions.js';

const TENANT = { tenantId: '00000000-0000-7000-8000-000000000001' };
const TIMES = 60;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const SILENT = { error: () => undefined } as never;

interface Subject {
  database: Database;
  readModel: RollupsReadModel;
}

async function open({ environment }: Seeded): Promise<Subject> {
  const config = loadConfig(environment);
  const metrics = new Metrics();
  const database = createDatabase(createDataSource(config), config, metrics);
  await database.connect();
  const supervisor = { whileUp: <T>(work: () => Promise<T>) => work() } as DatabaseSupervisor;
  const unitOfWork = new UnitOfWork(database, supervisor, config, new TenantIsolationCheck(metrics, SILENT));
  return { database, readModel: new RollupsReadModel(unitOfWork) };
}

/**
 * Returns the median milliseconds of a query including the driver. The two databases alternate, so that both meet the
 * same load.
 */
async function interleaved(
  small: Subject,
  large: Subject,
  work: (subject: Subject) => Promise<unknown>,
): Promise<[small: number, large: number]> {
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i < TIMES + 5; i++)
    for (const [which, subject] of [small, large].entries()) {
      const began = performance.now();
      await work(subject);
      if (i >= 5) times[which as 0 | 1].push(performance.now() - began);
    }
  return [median(times[0]), median(times[1])];
}

/**
 * G7, G8: measures the cost of analytics by number of predictions: 10,000, a million, and ten million on PostgreSQL.
 */
export async function analytics(setting: Setting): Promise<Goal[]> {
  const goals: Goal[] = [];
  for (const [id, dialect, rows] of [
    ['G8', 'sqlite', 1_000_000],
    ['G7', 'postgresql', 1_000_000],
    ['G7', 'postgresql', 10_000_000],
  ] as const) {
    console.error(`  ${rows} predictions on ${dialect} …`);
    const seeded = [await seedPredictions(setting, dialect, 10_000), await seedPredictions(setting, dialect, rows)];
    const [small, large] = [await open(seeded[0] as Seeded), await open(seeded[1] as Seeded)];
    const name = `${rows.toLocaleString('en')} predictions, ${dialect}`;
    const odd = { from: Date.now() - 33 * DAY - 17 * 60_000, to: Date.now() - 2 * HOUR - 60_000 };
    const all = { from: undefined, to: undefined };
    const figures: [string, (subject: Subject) => Promise<unknown>][] = [
      ['summary', ({ readModel }) => readModel.summary(TENANT, all)],
      ['distribution', ({ readModel }) => readModel.countsByLabel(TENANT, all)],
      ['summary with minute precision', ({ readModel }) => readModel.summary(TENANT, odd)],
      ['latency percentiles', ({ readModel }) => readModel.latencyHistogram(TENANT, all)],
    ];
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (const [what, work] of figures) {
      const [few, many] = await interleaved(small, large, work);
      const detail = `${many.toFixed(2)} to ${few.toFixed(2)} ms`;
      const exact = what === 'summary' || what === 'distribution';
      goals.push({
        ...atMost(id, `${what} of ${name}, relative to 10,000`, many / few, exact ? 1.2 : 5, 'x', detail),
        ...(exact ? {} : { target: 'none', met: 'not measured' as const }),
      });
      if (exact) goals.push(atMost(id, `${what} of ${name}`, many, 2, ' ms', 'median, including the driver'));
    }
    delay.disable();
    if (dialect === 'sqlite')
      goals.push(
        atMost(
          'G8',
          'longest pause of the event loop during these queries',
          delay.max / 1e6,
          5,
          ' ms',
          `p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
        ),
      );
    goals.push({
      id,
      what: `the migration that rolls up ${name}`,
      target: 'none',
      measured: `${(seeded[1] as Seeded).rollUpSeconds.toFixed(1)} s`,
      met: 'not measured',
    });
    await Promise.all([small.database.close(), large.database.close()]);
    if (rows === 10_000_000) goals.push(await pages(setting, seeded[1] as Seeded));
  }
  return goals;
}

/** G10: compares a page in the middle of ten million, by cursor, with the first page. */
async function pages(setting: Setting, { environment, folder, uri }: Seeded): Promise<Goal> {
  const product = await setting.product('product', uri, {
    path: '/api/v1/predictions',
    folder,
    environment: { ...environment, FL_RETENTION_ENABLED: 'false' },
  });
  const page = async (query: string): Promise<{ cursor: string; ms: number }> => {
    const began = performance.now();
    const answer = await fetch(`${product.url}?limit=100&${query}`, { headers: product.headers });
    const { next_cursor } = (await answer.json()) as { next_cursor: string };
    return { cursor: next_cursor, ms: performance.now() - began };
  };
  const first: number[] = [];
  const middle: number[] = [];
  const to = `to=${new Date(Date.now() - 40 * DAY).toISOString()}`;
  let { cursor } = await page(to);
  for (let i = 0; i < TIMES; i++) {
    first.push((await page('')).ms);
    const next = await page(`${to}&cursor=${encodeURIComponent(cursor)}`);
    middle.push(next.ms);
    ({ cursor } = next);
  }
  await product.stop();
  const detail = `${median(middle).toFixed(1)} to ${median(first).toFixed(1)} ms over HTTP`;
  return atMost(
    'G10',
    'a page in the middle of 10,000,000, relative to the first',
    median(middle) / median(first),
    1.5,
    'x',
    detail,
  );
}
