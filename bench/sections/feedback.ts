import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import sharp from 'sharp';
import { atMost, type Goal } from '../goal.js';
import { median } from '../load.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

const ROWS = 100_000;
const REQUESTS = 40;
const TENANT = '00000000-0000-7000-8000-000000000001';
const DAY = 86_400_000;
const BODY = {
  session_id: 's',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://a.example',
  timestamp: 'now',
};

/**
 * S3-21 to S3-27: repeats the figures of the legacy feedback service at 100,000 submissions. Medians of 40 over HTTP.
 */
export async function feedback(setting: Setting): Promise<Goal[]> {
  const goals: Goal[] = [];
  for (const dialect of ['sqlite', 'postgresql'] as const) {
    const uri = dialect === 'sqlite' ? undefined : await setting.database('feedback');
    const data = mkdtempSync(join(setting.folder, 'feedback-'));
    const product = await setting.product(`product-${dialect}`, uri, { path: '/api/v1/feedback', folder: data });
    await seed(setting, uri, join(data, 'feedback-loop.db'));
    goals.push(...(await measure(product, dialect)));
    await product.stop();
  }
  return goals;
}

async function measure(product: Peer, dialect: string): Promise<Goal[]> {
  const base = product.url.replace('/api/v1/feedback', '');
  const get = (query: string): Promise<number> =>
    timed(() => fetch(`${base}/admin/api/feedback?${query}`, { headers: product.headers }));
  const now = Date.now();
  const range = `from=${new Date(now - 20 * DAY).toISOString()}&to=${new Date(now - 19 * DAY).toISOString()}`;
  const post = (body: object): Promise<number> =>
    timed(() =>
      fetch(product.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...product.headers },
        body: JSON.stringify(body),
      }),
    );
  const pixels = Buffer.from(Array.from({ length: 330 * 310 * 3 }, () => Math.floor(Math.random() * 256)));
  const png = await sharp(pixels, { raw: { width: 330, height: 310, channels: 3 } })
    .png()
    .toBuffer();
  const screenshot = `data:image/png;base64,${png.toString('base64')}`;
  const cases: [id: string, what: string, target: number, work: () => Promise<number>][] = [
    ['S3-21', 'list by category', 10, () => get('category=rare')],
    ['S3-22', 'list by dates', 15, () => get(range)],
    ['S3-23', 'list unread', 10, () => get('is_read=false')],
    ['S3-24', 'list by category, dates and unread', 20, () => get(`category=bug&is_read=false&${range}`)],
    ['S3-25', 'submit without a screenshot', 30, () => post(BODY)],
    ['S3-26', 'submit with 300 kB', 45, () => post({ ...BODY, screenshot })],
    ['S3-F1', 'search for a word', 50, () => get('q=needle')],
  ];
  const goals: Goal[] = [];
  for (const [id, what, target, work] of cases) {
    const times: number[] = [];
    for (let i = 0; i < REQUESTS; i++) times.push(await work());
    const last = [...times].sort((a, b) => a - b)[Math.floor(REQUESTS * 0.95)] as number;
    goals.push(atMost(id, `${what}, ${dialect}`, median(times), target, ' ms', `p95 ${last.toFixed(1)} ms`));
  }
  return goals;
}

async function timed(work: () => Promise<Response>): Promise<number> {
  const began = performance.now();
  const answer = await work();
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return performance.now() - began;
}

async function seed(setting: Setting, uri: string | undefined, path: string): Promise<void> {
  const now = Date.now();
  const text = "CASE WHEN n % 500 = 0 THEN 'a needle here' ELSE 'hay and more hay in this text, as people write' END";
  const columns =
    'id, tenant_id, session_id, category, description, url, timestamp, link, has_screenshot, has_annotation, created_at, is_read, is_archived, version, search_text';
  const values = (id: string, time: string): string =>
    `${id}, '${TENANT}', 's-' || (n % 1000), CASE WHEN n % 400 = 0 THEN 'rare' ELSE 'bug' END, ${text}, 'https://a.example', 't', 'none', ` +
    `n % 300 = 0, false, ${time}, n % 3 <> 0, false, 1, ${text}`;
  if (uri !== undefined) {
    const id = `('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid`;
    await setting.administer(
      `INSERT INTO feedback_submissions (${columns}) SELECT ${values(id, `to_timestamp(${now / 1000} - n * 30)`)} FROM generate_series(1, ${ROWS}) AS n`,
      uri,
    );
    await setting.administer('ANALYZE', uri);
    return;
  }
  const database = new BetterSqlite3(path, { timeout: 20_000 });
  database.exec(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${ROWS}) INSERT INTO feedback_submissions (${columns}) ` +
      `SELECT ${values(`printf('01900000-0000-7000-8000-%012d', n)`, `${now} - n * 30000`)} FROM numbers`,
  );
  database.exec('ANALYZE');
  database.close();
}
