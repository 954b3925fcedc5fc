import autocannon from 'autocannon';
import sharp from 'sharp';
import { atLeast, atMost, type Goal, notMeasured } from '../goal.js';
import { median } from '../load.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

const CONNECTIONS = 8;
const BOUNDARY = 'feedback-loop-bench';
const FIELDS = {
  session_id: 's',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://a.example',
  timestamp: 'now',
};

interface Upload {
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * G14: compares durable submissions with a screenshot of 300 kB with the legacy method, which responds first and stores
 * later.
 */
export async function pictures(setting: Setting, seconds: number): Promise<Goal[]> {
  const legacy = await setting.fastapi('fastapi', await setting.database('pictures_legacy'), '10+20');
  if (!legacy)
    return [notMeasured('G14', 'submissions with 300 kB, relative to FastAPI', '≥ 3x', 'FastAPI is not installed')];
  const picture = await noise();
  const directory = { FL_BLOB_STORE: 'directory' };
  const ours = [
    await setting.product('database', await setting.database('pictures'), { path: '/api/v1/feedback' }),
    await setting.product('directory', await setting.database('pictures_dir'), {
      path: '/api/v1/feedback',
      environment: directory,
    }),
  ];
  const json = { headers: { 'content-type': 'application/json' }, body: asJson(picture) };
  const legacyUrl = legacy.url.replace('/predict', '/feedback');
  const goals: Goal[] = [];
  for (const product of ours) {
    const ratios: number[] = [];
    const latencies: number[] = [];
    let detail = '';
    for (let round = 0; round < 3; round++) {
      const theirs = await load(legacyUrl, legacy, json, seconds);
      const mine = await load(product.url, product, asForm(picture), seconds);
      ratios.push(mine.rate / theirs.rate);
      latencies.push(mine.p50 / theirs.p50);
      detail = `${mine.rate.toFixed(0)} to ${theirs.rate.toFixed(0)} a second, p50 ${mine.p50} to ${theirs.p50} ms, ${mine.errors} errors`;
    }
    goals.push(
      atLeast(
        'G14',
        `submissions with 300 kB, stored in the ${product.name}, relative to FastAPI`,
        median(ratios),
        3,
        `last of 3: ${detail}`,
      ),
    );
    goals.push(atMost('G14', 'p50 of the same', median(latencies), 0.3, 'x', 'relative to the legacy method'));
  }
  return goals;
}

async function noise(): Promise<Buffer> {
  const pixels = Buffer.from(Array.from({ length: 330 * 310 * 3 }, () => Math.floor(Math.random() * 256)));
  return sharp(pixels, { raw: { width: 330, height: 310, channels: 3 } })
    .png()
    .toBuffer();
}

function asJson(picture: Buffer): Buffer {
  return Buffer.from(JSON.stringify({ ...FIELDS, screenshot: `data:image/png;base64,${picture.toString('base64')}` }));
}

function asForm(picture: Buffer): Upload {
  const text = Object.entries(FIELDS).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="screenshot"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: Buffer.concat([Buffer.from(text.join('') + file), picture, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
  };
}

async function load(
  url: string,
  peer: Peer,
  { body, headers }: Upload,
  seconds: number,
): Promise<{ rate: number; p50: number; errors: number }> {
  const result = await autocannon({
    url,
    method: 'POST',
    connections: CONNECTIONS,
    duration: seconds,
    headers: { ...headers, ...peer.headers },
    body,
  });
  return { rate: result['2xx'] / result.duration, p50: result.latency.p50, errors: result.errors + result.non2xx };
}
