import { atLeast, type Goal } from '../goal.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

const QUESTIONS = 200;
const ASKED = 4000;
const FIGURES = ['summary', 'label-distribution', 'timeseries', 'latency', 'models', 'cache'];

/**
 * S2-29: measures how many queries the result cache saves. Dashboards request 200 different figures, some far more
 * often than others (Zipf, exponent 1), while new predictions keep arriving.
 */
export async function caching(setting: Setting): Promise<Goal[]> {
  const queries = new Map<string, number>();
  for (const [name, environment] of [
    ['without', {}],
    ['with', { FL_CACHE_ANALYTICS: 'true' }],
  ] as const) {
    const product = await setting.product(name, await setting.database(name), { environment });
    const base = product.url.replace('/api/v1/predict', '');
    for (let i = 0; i < 50; i++) await predict(product, i);
    const before = await analyticsQueries(base, product);
    for (let i = 0; i < ASKED; i++) {
      if (i % 10 === 0) await predict(product, 50 + i);
      const rank = zipf((i * 7919) % ASKED);
      const from = new Date(Date.UTC(2026, 0, 1 + Math.floor(rank / FIGURES.length))).toISOString();
      const query =
        FIGURES[rank % FIGURES.length] === 'timeseries' ? `bucket=day&from=${from}&to=2027-01-01` : `from=${from}`;
      const answer = await fetch(`${base}/api/v1/analytics/${FIGURES[rank % FIGURES.length]}?${query}`, {
        headers: product.headers,
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
    }
    queries.set(name, (await analyticsQueries(base, product)) - before);
    await product.stop();
  }
  const [without = 0, with_ = 0] = [queries.get('without'), queries.get('with')];
  const what = `share of queries that the cache saves, of ${ASKED} requests for ${QUESTIONS} figures`;
  return [atLeast('S2-29', what, 1 - with_ / without, 0.6, `${with_} to ${without} queries; 1x means all of them`)];
}

/** Returns the rank selected by draw `n` of `ASKED` evenly spread draws. */
function zipf(n: number): number {
  const weights = Array.from({ length: QUESTIONS }, (_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = ((n + 0.5) / ASKED) * total;
  return Math.max(
    0,
    weights.findIndex((weight) => (left -= weight) <= 0),
  );
}

async function predict(product: Peer, n: number): Promise<void> {
  await fetch(product.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...product.headers },
    body: JSON.stringify({ text: `Text number ${n}.` }),
  });
}

async function analyticsQueries(base: string, product: Peer): Promise<number> {
  const text = await (await fetch(`${base}/metrics`, { headers: product.headers })).text();
  return Number(/^db_query_seconds_count\{pool="analytics",outcome="ok"\} (\d+)/m.exec(text)?.[1] ?? 0);
}
