import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { uuidv7 } from '#kernel';
import { closedLoop, median } from '../load.js';
import { atLeast, atMost, type Goal, notMeasured } from '../goal.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';
const LINES = 100_000;

/** G11: compares single predictions over HTTP with single-row commits without HTTP. */
export async function singleCommits(setting: Setting, seconds: number): Promise<Goal> {
  const what = 'single predictions/s over HTTP, relative to pgbench’s single-row commits';
  if (spawnSync(PGBENCH, ['--version']).status !== 0)
    return notMeasured('G11', what, '≥ 1x', 'pgbench is not installed');
  const uri = await setting.database('pgbench');
  await setting.administer('CREATE TABLE rows (id uuid PRIMARY KEY, at timestamptz, text text)', uri);
  const script = join(setting.folder, 'insert.sql');
  writeFileSync(
    script,
    "INSERT INTO rows VALUES (gen_random_uuid(), now(), 'The new search is fast and easy to use.');\n",
  );
  const product = await setting.product('product', await setting.database('single'));
  await closedLoop(product, { seconds: 2, connections: 64, texts: 'repeated' });
  const ratios: number[] = [];
  let detail = '';
  for (let round = 0; round < 3; round++) {
    const { stdout } = spawnSync(
      PGBENCH,
      ['--no-vacuum', '--client=32', '--jobs=2', `--time=${seconds}`, `--file=${script}`, uri],
      { encoding: 'utf8' },
    );
    const commits = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
    const { requestsPerSecond } = await closedLoop(product, { seconds, connections: 64, texts: 'repeated' });
    ratios.push(requestsPerSecond / commits);
    detail = `${requestsPerSecond.toFixed(0)} to ${commits.toFixed(0)} a second`;
  }
  return atLeast('G11', what, median(ratios), 1, `last of 3: ${detail}`);
}

/** G12: compares an NDJSON body with COPY of the same rows into a table with the same columns and indexes. */
export async function bulk(setting: Setting): Promise<Goal> {
  const uri = await setting.database('bulk');
  const product = await setting.product('product', uri, { path: '/api/v1/predictions' });
  await setting.administer('CREATE TABLE copied (LIKE predictions INCLUDING ALL)', uri);
  const lines = Array.from({ length: LINES }, (_, i) =>
    JSON.stringify({ model: 'm', model_version: 'v', label: `l${i % 5}`, confidence: 0.5, input_text: `text ${i}` }),
  ).join('\n');
  const began = performance.now();
  const answer = await fetch(product.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...product.headers },
    body: Readable.toWeb(Readable.from(Buffer.from(lines))) as never,
    duplex: 'half',
  } as RequestInit);
  const summary = (await answer.text()).trim().split('\n').at(-1);
  const ours = LINES / (performance.now() - began);
  if (summary !== JSON.stringify({ accepted: LINES, spooled: 0, refused: 0 })) throw new Error(`NDJSON: ${summary}`);
  const file = join(setting.folder, 'rows.csv');
  const now = Date.now();
  writeFileSync(
    file,
    Array.from(
      { length: LINES },
      (_, i) =>
        `${uuidv7(now)},00000000-0000-7000-8000-000000000001,${new Date(now).toISOString()},${new Date(now).toISOString()},` +
        `text ${i},${'h'.repeat(43)},m,v,l${i % 5},0.5,,,f,,,,,logged`,
    ).join('\n'),
  );
  for (const path of [setting.folder, file]) chmodSync(path, 0o755);
  const copyBegan = performance.now();
  await setting.administer(`COPY copied FROM '${file}' CSV`, uri);
  const copy = LINES / (performance.now() - copyBegan);
  const detail = `${(ours * 1000).toFixed(0)} to ${(copy * 1000).toFixed(0)} rows/s`;
  return atLeast('G12', 'NDJSON rows/s, relative to COPY into the same indexes', ours / copy, 0.3, detail);
}

/** G13: compares SQLite over HTTP with one durable transaction per row, both with `synchronous=FULL`. */
export async function sqlite(setting: Setting, seconds: number): Promise<Goal> {
  const product = await setting.product('product on SQLite');
  await closedLoop(product, { seconds: 2, connections: 64, texts: 'repeated' });
  const database = new BetterSqlite3(join(setting.folder, 'rows.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE rows (id TEXT PRIMARY KEY, at INTEGER, text TEXT)');
  const insert = database.prepare('INSERT INTO rows VALUES (?, ?, ?)');
  const ratios: number[] = [];
  let detail = '';
  for (let round = 0; round < 3; round++) {
    let rows = 0;
    const began = performance.now();
    for (; performance.now() - began < seconds * 1000; rows++)
      insert.run(uuidv7(), Date.now(), 'The new search is fast.');
    const plain = rows / seconds;
    const { requestsPerSecond } = await closedLoop(product, { seconds, connections: 64, texts: 'repeated' });
    ratios.push(requestsPerSecond / plain);
    detail = `${requestsPerSecond.toFixed(0)} to ${plain.toFixed(0)} a second`;
  }
  database.close();
  return atLeast(
    'G13',
    'SQLite over HTTP, relative to one transaction per row',
    median(ratios),
    5,
    `last of 3: ${detail}`,
  );
}

/** G19: compares a hundred texts in one request with a hundred sequential requests. */
export async function batch(setting: Setting): Promise<Goal> {
  const product = await setting.product('product', await setting.database('batch'));
  const texts = (round: number): string[] => Array.from({ length: 100 }, (_, i) => `Sentence ${i} of round ${round}`);
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(product.url.replace('/api/v1/predict', path), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...product.headers },
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    await answer.arrayBuffer();
  };
  const ratios: number[] = [];
  let detail = '';
  for (let round = 0; round < 7; round++) {
    const oneBegan = performance.now();
    for (const text of texts(round)) await post('/api/v1/predict', { text });
    const single = performance.now() - oneBegan;
    const batchBegan = performance.now();
    await post('/api/v1/batch', { texts: texts(round + 100) });
    const together = performance.now() - batchBegan;
    ratios.push(together / single);
    detail = `${together.toFixed(0)} to ${single.toFixed(0)} ms`;
  }
  return atMost('G19', 'one batch of 100, relative to 100 requests', median(ratios), 0.1, 'x', `last of 7: ${detail}`);
}

/** G17: compares the rate of acknowledged predictions during a database outage with the normal rate. */
export async function outage(product: Peer, cut: () => void, seconds: number): Promise<Goal> {
  await closedLoop(product, { seconds: 2, connections: 64, texts: 'repeated' });
  const normal = await closedLoop(product, { seconds, connections: 64, texts: 'repeated' });
  cut();
  await closedLoop(product, { seconds: 2, connections: 64, texts: 'repeated' });
  const away = await closedLoop(product, { seconds, connections: 64, texts: 'repeated' });
  const detail = `${away.requestsPerSecond.toFixed(0)} to ${normal.requestsPerSecond.toFixed(0)} a second, ${away.errors} errors`;
  return atLeast(
    'G17',
    'acknowledged predictions without the database, relative to with it',
    away.requestsPerSecond / normal.requestsPerSecond,
    0.8,
    detail,
  );
}
