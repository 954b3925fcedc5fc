// node bench/webhooks.mjs [--count 2000] [--baseline <checkout of another release, built>] [--rounds 3]
// Deliveries per second to a receiver that responds after 5 ms, and the delay of one feedback that is recorded after all
// labels. Builds alternate within one run, because a shared machine varies by a factor of two between runs.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

const RESPONSE_MS = 5;
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    baseline: { type: 'string' },
  },
});
const count = Number(values.count);
const builds = { current: join(import.meta.dirname, '..'), ...(values.baseline ? { baseline: values.baseline } : {}) };

async function receiver() {
  const times = { labels: [], feedback: [] };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () =>
      setTimeout(() => {
        times[JSON.parse(text).type === 'label.created' ? 'labels' : 'feedback'].push(performance.now());
        response.end();
      }, RESPONSE_MS),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { times, url: `http://127.0.0.1:${server.address().port}/`, server };
}

async function start(directory, folder) {
  const child = spawn(process.execPath, [join(directory, 'dist', 'src', 'main.js')], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      FL_API_PORT: '0',
      FL_DATA_DIR: folder,
      FL_WEBHOOK_ALLOW: '127.0.0.1/32',
      FL_RATE_LIMIT_PER_MINUTE: '100000',
      FL_RATE_LIMIT_PER_HOUR: '1000000',
      FL_DRAIN_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise((resolve, reject) => {
    let output = '';
    child.once('exit', () => reject(new Error(output)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /"address":"([^"]+)"/.exec(output);
      if (found) resolve(found[1]);
    });
  });
  return { child, address };
}

async function measure(directory) {
  const folder = mkdtempSync(join(tmpdir(), 'feedback-loop-bench-'));
  const { server, times, url } = await receiver();
  const { address, child } = await start(directory, folder);
  const key = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
  const post = async (path, body, type = 'application/json') => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': type };
    const response = await fetch(address + path, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const { id } = JSON.parse(
    await post('/api/v1/predictions', JSON.stringify({ model: 'm', model_version: '1', label: 'l', confidence: 1 })),
  );
  await post('/admin/api/webhooks', JSON.stringify({ url, events: ['label.created', 'feedback.created'] }));
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ prediction_id: id, label: `l${i}`, source: 'import' }),
  );
  await post('/api/v1/labels', `${lines.join('\n')}\n`, 'application/x-ndjson');
  const feedbackAt = performance.now();
  await post(
    '/api/v1/feedback',
    JSON.stringify({
      session_id: 's',
      category: 'bug',
      description: 'The chart is empty.',
      url: 'https://app.example.com',
      timestamp: '2026-11-22T09:30:00Z',
    }),
  );
  while (times.labels.length < count || times.feedback.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = (times.labels.at(-1) - times.labels[0]) / 1000;
  const result = { rate: (count - 1) / seconds, feedbackDelay: (times.feedback[0] - feedbackAt) / 1000 };
  child.removeAllListeners('exit');
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
  return result;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const results = {};
for (let round = 0; round < Number(values.rounds); round++)
  for (const [name, directory] of Object.entries(builds)) (results[name] ??= []).push(await measure(directory));
for (const [name, rounds] of Object.entries(results))
  console.log(
    `${name}: ${median(rounds.map(({ rate }) => rate)).toFixed(0)} deliveries/s, feedback after ${median(
      rounds.map(({ feedbackDelay }) => feedbackDelay),
    ).toFixed(2)} s`,
  );
if (results.baseline)
  console.log(
    `ratio ${(median(results.current.map(({ rate }) => rate)) / median(results.baseline.map(({ rate }) => rate))).toFixed(2)}`,
  );
