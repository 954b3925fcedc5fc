import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { uuidv7 } from '#kernel';
import { atMost, type Goal } from '../goal.js';
import { ROOT, type Setting } from '../setting.js';
import { seedPredictions } from './seed-predictions.js';

const ROWS = 1_000_000;
const DAY = 86_400_000;
const TENANT = '00000000-0000-7000-8000-000000000001';
const READER_MS = 4000;

/** G18: half of a million predictions have expired. Compares the product, which drops months, with one DELETE. */
export async function retention(setting: Setting): Promise<Goal[]> {
  const now = new Date();
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  // Spreads rows evenly before and within the current month.
  const days = Math.max(20, Math.ceil(((Date.now() - month) / DAY) * 2));
  const seeded = await seedPredictions(setting, 'postgresql', ROWS, days);
  const template = seeded.uri as string;
  const copy = (name: string): Promise<string> => setting.database(name, template);
  const run = (uri: string): Promise<void> =>
    cliInBackground(
      ['retention', 'run', '--days', String(Math.floor((Date.now() - month) / DAY)), '--kind', 'predictions'],
      { ...seeded.environment, FL_DB_URI: uri },
    );
  const deleted = await measured(setting, await copy('deleted'), (uri) =>
    setting.administer(`DELETE FROM predictions WHERE timestamp < to_timestamp(${month / 1000})`, uri),
  );
  const dropped = await measured(setting, await copy('dropped'), run);
  const beside = await withInserts(await copy('beside'), run);
  const held = await withInserts(await copy('held'), async (uri) => {
    const reader = new pg.Client({ connectionString: uri });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT COUNT(*) FROM predictions');
    const released = new Promise((resolve) => setTimeout(resolve, READER_MS)).then(() => reader.query('COMMIT'));
    await run(uri);
    await released;
    await reader.end();
  });
  const stall = ({ before, during, longest }: Stall): [number, string] => [
    during / before,
    `${during.toFixed(1)} to ${before.toFixed(1)} ms, longest ${longest.toFixed(0)} ms`,
  ];
  const ratio = dropped.wal / deleted.wal;
  return [
    atMost(
      'G18',
      'WAL of dropping months, relative to DELETE',
      ratio,
      0.01,
      'x',
      `${mb(dropped.wal)} to ${mb(deleted.wal)}`,
    ),
    atMost(
      'G18',
      'size of the table afterwards, relative to before',
      dropped.after / dropped.before,
      0.6,
      'x',
      `${mb(dropped.after)} of ${mb(dropped.before)}; DELETE leaves ${mb(deleted.after)}`,
    ),
    atMost('G18', 'p99 of an insert during it, relative to before', stall(beside)[0], 2, 'x', stall(beside)[1]),
    atMost('G18', `the same behind a reader of ${READER_MS / 1000} s`, stall(held)[0], 2, 'x', stall(held)[1]),
  ];
}

interface Used {
  wal: number;
  before: number;
  after: number;
}

async function measured(setting: Setting, uri: string, work: (uri: string) => Promise<unknown>): Promise<Used> {
  const figure = async (expression: string): Promise<number> =>
    Number(((await setting.administer(`SELECT ${expression} AS n`, uri)).rows[0] as { n: string }).n);
  const size = "(SELECT SUM(pg_total_relation_size(relid)) FROM pg_partition_tree('predictions'))";
  const wal = "pg_current_wal_lsn() - '0/0'::pg_lsn";
  await setting.administer('CHECKPOINT', uri);
  const [before, began] = [await figure(size), await figure(wal)];
  await work(uri);
  return { wal: (await figure(wal)) - began, before, after: await figure(size) };
}

interface Stall {
  /** p99 of an insert, in milliseconds. */
  before: number;
  during: number;
  longest: number;
}

/** Inserts without a pause: for three seconds alone, then beside `work`. */
async function withInserts(uri: string, work: (uri: string) => Promise<unknown>): Promise<Stall> {
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  let going = true;
  let times: number[] = [];
  const inserting = (async () => {
    while (going) {
      const now = Date.now();
      const began = performance.now();
      await client.query(
        "INSERT INTO predictions (id, tenant_id, timestamp, recorded_at, model, model_version, label, cache_hit, source) VALUES ($1, $2, $3, $3, 'm', 'v', 'l', false, 'logged')",
        [uuidv7(now), TENANT, new Date(now)],
      );
      times.push(performance.now() - began);
    }
  })();
  const p99 = (): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const before = p99();
  times = [];
  await work(uri);
  const [during, longest] = [p99(), Math.max(...times)];
  going = false;
  await inserting;
  await client.end();
  return { before, during, longest };
}

function cliInBackground(args: string[], environment: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'feedback-loop.js'), ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}`))));
  });
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
