import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { type Peer, postgresCpuSeconds } from './peer-process.js';
import { ROOT } from './setting.js';

export interface Sample {
  requestsPerSecond: number;
  p50: number;
  p95: number;
  p99: number;
  /** CPU microseconds per answered request: of the server's process, and of all PostgreSQL processes. */
  serverCpu: number;
  postgresCpu: number;
  errors: number;
}

const TEXTS = (
  JSON.parse(readFileSync(join(ROOT, 'models', 'demo', 'sentences.json'), 'utf8')) as { text: string }[]
).map(({ text }) => text);

let serial = 0;
/** `distinct`: every text is new, so that the model runs for each; `repeated`: 300 texts, so that the cache answers. */
export type Texts = 'distinct' | 'repeated';
export function bodyOf(texts: Texts): string {
  serial += 1;
  const text = TEXTS[serial % TEXTS.length] as string;
  return JSON.stringify({ text: texts === 'distinct' ? `${text} Number ${serial}.` : text });
}

/** Closed loop: each connection sends its next request when it has received the response. */
export async function closedLoop(
  peer: Peer,
  { seconds, connections, texts }: { seconds: number; connections: number; texts: Texts },
): Promise<Sample> {
  const before = [peer.cpuSeconds(), postgresCpuSeconds()] as const;
  const result = await autocannon({
    url: peer.url,
    method: 'POST',
    connections,
    duration: seconds,
    requests: [
      {
        headers: { 'content-type': 'application/json', ...peer.headers },
        setupRequest: (each) => ({ ...each, body: bodyOf(texts) }),
      },
    ],
  });
  const done = Math.max(1, result['2xx']);
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p95: result.latency.p97_5,
    p99: result.latency.p99,
    serverCpu: ((peer.cpuSeconds() - before[0]) / done) * 1e6,
    postgresCpu: ((postgresCpuSeconds() - before[1]) / done) * 1e6,
    errors: result.errors + result.non2xx,
  };
}

export interface OpenLoopResult {
  achieved: number;
  p50: number;
  p95: number;
  p99: number;
  errors: number;
}

/** Open loop: requests are due at fixed times, however slow the responses are. Latency counts from the due time. */
export async function openLoop(peer: Peer, rate: number, seconds: number): Promise<OpenLoopResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const latencies: number[] = [];
  let errors = 0;
  const total = rate * seconds;
  const began = performance.now();
  let sent = 0;
  const pending: Promise<void>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate));
      for (; sent < due; sent++) {
        const dueAt = began + (sent / rate) * 1000;
        pending.push(
          send(peer, agent).then(
            (good) => {
              latencies.push(performance.now() - dueAt);
              if (!good) errors += 1;
            },
            () => void (errors += 1),
          ),
        );
      }
      if (sent >= total) {
        clearInterval(timer);
        resolve();
      }
    }, 1);
  });
  await Promise.all(pending);
  const lasted = (performance.now() - began) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((latencies[Math.floor(latencies.length * share)] ?? Number.NaN) * 10) / 10;
  return { achieved: Math.round(latencies.length / lasted), p50: at(0.5), p95: at(0.95), p99: at(0.99), errors };
}

function send(peer: Peer, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const body = bodyOf('distinct');
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...peer.headers };
    const outgoing = request(peer.url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200));
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
