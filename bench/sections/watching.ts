import { Metrics } from '../../src/platform/observability/metrics.service.js';
import { StatementGuard } from '../../src/platform/persistence/gate/statement-guard.js';
import { atMost, type Goal } from '../goal.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

const STORED = 200;
const ASKED = 4000;
const CALLS = 1_000_000;
const ROUNDS = 5;
/** As long as the product's statements, because the guard looks a statement up by its text. */
const STATEMENT = `SELECT ${Array.from({ length: 20 }, (_, i) => `column_${i}`).join(', ')} FROM predictions WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`;

/**
 * S2-30 and S2-31: measures the cost of timing and checking a query, as a share of the CPU of a request that runs one
 * query. The difference between two servers would disappear in the noise of a shared machine (5 % and more), so each
 * part is measured separately: the CPU of a million calls, and that of a server over thousands of requests.
 */
export async function watching(setting: Setting): Promise<Goal[]> {
  const product = await setting.product('watched');
  const base = product.url.replace('/api/v1/predict', '');
  for (let i = 0; i < STORED; i++) await send(product, product.url, { text: `Text number ${i}.` });
  const [queriesBefore, cpuBefore] = [await queries(base, product), product.cpuSeconds()];
  for (let i = 0; i < ASKED; i++) await send(product, `${base}/api/v1/predictions?limit=20`);
  const asked = (await queries(base, product)) - queriesBefore;
  const perQuery = ((product.cpuSeconds() - cpuBefore) / asked) * 1e6;
  await product.stop();

  const metrics = new Metrics();
  const guard = new StatementGuard();
  const timing = cheapest(() => {
    const started = process.hrtime.bigint();
    metrics.querySeconds.observe({ pool: 'reader', outcome: 'ok' }, Number(process.hrtime.bigint() - started) / 1e9);
  });
  const checking = cheapest(() => guard.check(STATEMENT));
  const detail = (cost: number): string =>
    `${(cost * 1000).toFixed(0)} ns of ${perQuery.toFixed(0)} µs of CPU per query, ${asked} queries`;
  return [
    atMost(
      'S2-30',
      'share of a request’s CPU spent on timing its query',
      (timing / perQuery) * 100,
      1,
      ' %',
      detail(timing),
    ),
    atMost(
      'S2-31',
      'share of a request’s CPU spent on checking its query',
      (checking / perQuery) * 100,
      0.5,
      ' %',
      detail(checking),
    ),
  ];
}

/** Returns the CPU microseconds of one call: the minimum of several rounds, because interference only adds time. */
function cheapest(call: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < CALLS; i++) call();
    const { system, user } = process.cpuUsage(before);
    return (user + system) / CALLS;
  });
  return Math.min(...rounds);
}

async function send(product: Peer, url: string, body?: object): Promise<void> {
  const answer = await fetch(url, {
    headers: { 'content-type': 'application/json', ...product.headers },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
}

async function queries(base: string, product: Peer): Promise<number> {
  const text = await (await fetch(`${base}/metrics`, { headers: product.headers })).text();
  return [...text.matchAll(/^db_query_seconds_count\{[^}]*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
