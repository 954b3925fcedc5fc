import { mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { atMost, type Goal } from '../goal.js';
import { median } from '../load.js';
import type { Setting } from '../setting.js';

/** A hundred times the number that the legacy metrics service advised for SQLite. */
const EVENTS = 1_000_000;
const REQUESTS = 20;
const DAY = 86_400_000;

/** S0-22: measures a SQLite file with a million metric events. Medians of 20 over HTTP. */
export async function metricEvents(setting: Setting): Promise<Goal[]> {
  const data = mkdtempSync(join(setting.folder, 'events-'));
  const product = await setting.product('product-events', undefined, { path: '/api/v1/metrics', folder: data });
  const began = performance.now();
  const answer = await fetch(product.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...product.headers },
    body: Readable.toWeb(Readable.from(lines())) as never,
    duplex: 'half',
  } as RequestInit);
  const text = await answer.text();
  if (!text.includes(`"accepted":${EVENTS}`)) throw new Error(text.slice(-300));
  const seconds = (performance.now() - began) / 1000;
  const megabytes = statSync(join(data, 'feedback-loop.db')).size / 1e6;
  const detail = `${EVENTS} events, accepted at ${Math.round(EVENTS / seconds)} a second, ${Math.round(megabytes)} MB`;
  const get = async (query: string): Promise<number> => {
    const started = performance.now();
    const page = await fetch(`${product.url}${query}`, { headers: product.headers });
    await page.arrayBuffer();
    if (!page.ok) throw new Error(`${query}: status ${page.status}`);
    return performance.now() - started;
  };
  const goals: Goal[] = [];
  const from = new Date(Date.now() - 2 * DAY).toISOString();
  for (const [what, query, target] of [
    ['newest events of a type', '?type=purchase&limit=100', 50],
    ['newest events of a user', '?user_id=user-77&limit=100', 50],
    ['by a path of their data, over two days', `?data.plan=pro&type=search&from=${from}&limit=100`, 100],
  ] as const) {
    const times: number[] = [];
    for (let i = 0; i < REQUESTS; i++) times.push(await get(query));
    goals.push(atMost('S0-22', `${what}, sqlite`, median(times), target, ' ms', detail));
  }
  goals.push(atMost('S0-22', 'all types with their counts, sqlite', await get('/types'), 3000, ' ms', detail));
  await product.stop();
  return goals;
}

function* lines(): Generator<string> {
  const now = Date.now();
  for (let i = 0; i < EVENTS; i += 1000) {
    let chunk = '';
    for (let k = i; k < i + 1000; k++)
      chunk += `${JSON.stringify({
        type: ['search', 'purchase', 'view', 'error'][k % 4],
        data: { plan: k % 10 === 0 ? 'pro' : 'free', hits: k % 100 },
        user_id: `user-${k % 1000}`,
        timestamp: new Date(now - (EVENTS - k) * 5000).toISOString(),
      })}\n`;
    yield chunk;
  }
}
