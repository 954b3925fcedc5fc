// npm run seed: fills a database with sample records through the public API, for work on lists, charts and exports.
//
//   npm run seed                                     the running server of this folder, or its database if none runs
//   npm run seed -- --days 90 --per-day 200          more of them
//   npm run seed -- --url http://127.0.0.1:9000 --key-file other/admin.key
//
// Two versions of one model, with labels, votes, feedback and metric events over 30 days. A second run adds what is new since the first.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { MAIN, ROOT } from './support/product-build.mjs';
import { sampleRecords } from './support/sample-records.mjs';

const START_MS = 60_000;
const LANES = 8;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    'key-file': { type: 'string' },
    days: { type: 'string', default: '30' },
    'per-day': { type: 'string', default: '40' },
  },
});
const days = Number(options.days);
const perDay = Number(options['per-day']);
if (!Number.isInteger(days) || days < 1 || !Number.isInteger(perDay) || perDay < 1)
  fail('--days and --per-day are numbers from 1', 2);

function fail(text, code = 1) {
  console.error(`seed: ${text}`);
  process.exit(code);
}

/** As the server reads its settings: the environment over .env. */
function readEnvironment() {
  try {
    return { ...parseEnv(readFileSync(join(ROOT, '.env'), 'utf8')), ...process.env };
  } catch {
    return process.env;
  }
}
const environment = readEnvironment();
const port = environment.FL_API_PORT ?? '8000';
const keyFile = options['key-file'] ?? resolve(ROOT, environment.FL_DATA_DIR ?? 'data', 'admin.key');

const isUp = (address) =>
  fetch(`${address}/health`).then(
    () => true,
    () => false,
  );

/** A server of its own for the length of the run. */
async function startServer() {
  const child = spawn(process.execPath, [MAIN], {
    cwd: ROOT,
    env: { ...environment, FL_API_PORT: '0', FL_DRAIN_MS: '0', FL_LOG_FORMAT: 'json', FL_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const deadline = Date.now() + START_MS;
  let address;
  while (!(address = /"address":"([^"]+)"/.exec(output)?.[1])) {
    if (child.exitCode !== null || Date.now() > deadline) fail(`the server did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    address,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function connect() {
  const address = options.url ?? `http://127.0.0.1:${port}`;
  if (!LOOPBACK.has(new URL(address).hostname)) fail('sample records are for a server on this machine', 2);
  if (port !== '0' && (await isUp(address))) return { address, stop: async () => undefined };
  if (options.url !== undefined) fail(`${address} does not answer`);
  return startServer();
}

const server = await connect();

async function call(method, path, body, type = 'application/json') {
  const key = readFileSync(keyFile, 'utf8').trim();
  const response = await fetch(server.address + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': type }) },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text;
}

async function sendLines(path, records) {
  const lines = records.map((each) => `${JSON.stringify(each)}\n`).join('');
  const answer = await call('POST', path, lines, 'application/x-ndjson');
  const summary = JSON.parse(answer.trim().split('\n').at(-1));
  if (summary.refused > 0) throw new Error(`${path} refused ${summary.refused}:\n${answer.slice(0, 2000)}`);
}

async function sendEach(records, send) {
  const queue = records.values();
  const lane = async () => {
    for (const record of queue) await send(record);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** A picture of a page with a mark on it. */
async function screenshot() {
  const { default: sharp } = await import('sharp');
  const page = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360" fill="#f4f6f8"/>
    <rect width="640" height="48" fill="#336699"/><rect x="24" y="80" width="592" height="40" fill="#ffffff"/>
    <rect x="24" y="136" width="592" height="40" fill="#ffffff" stroke="#cc3333" stroke-width="4"/></svg>`;
  return `data:image/png;base64,${(await sharp(Buffer.from(page)).png().toBuffer()).toString('base64')}`;
}

/** Feedback has no id of the sender's, so it is asked for first. */
async function sendFeedback(record, picture) {
  const known = JSON.parse(await call('GET', `/admin/api/feedback?limit=1&session_id=${record.session_id}`));
  if (known.data.length > 0) return;
  const shown = record.category === 'bug' ? { screenshot: picture } : {};
  await call('POST', '/api/v1/feedback', { ...record, ...shown });
}

try {
  const records = sampleRecords({ days, perDay, now: Date.now() });
  await sendLines('/api/v1/predictions', records.predictions);
  await sendLines('/api/v1/labels', records.labels);
  await sendLines('/api/v1/metrics', records.events);
  await sendEach(records.votes, ({ prediction, body }) =>
    call('PUT', `/api/v1/predictions/${prediction}/feedback`, body),
  );
  const picture = await screenshot();
  await sendEach(records.feedback, (record) => sendFeedback(record, picture));
  for (const [kind, list] of Object.entries(records)) console.log(`${String(list.length).padStart(6)} ${kind}`);
  console.log(`in the server with ${keyFile}; a second run stores nothing twice`);
} catch (error) {
  console.error(`seed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await server.stop();
}
