import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { atMost, type Goal } from '../goal.js';
import type { Peer } from '../peer-process.js';
import type { Setting } from '../setting.js';

/** Time after which the processing that follows the response is finished. */
const SETTLED_MS = 1500;

/**
 * Sends hostile files and measures the time to the response, and the memory that the server adds during and shortly
 * after it.
 */
export async function hostileFiles(setting: Setting): Promise<Goal[]> {
  const product = await setting.product('product', undefined, { path: '/api/v1/feedback' });
  const good = await sharp({ create: { width: 100, height: 80, channels: 3, background: '#336699' } })
    .png()
    .toBuffer();
  for (let i = 0; i < 5; i++) await send(product, 'good', good, 'a.png');
  let slowest = { ms: 0, name: '' };
  let largest = { mb: 0, name: '' };
  for (const [name, bytes, filename] of await files(good)) {
    const { grown, ms } = await send(product, name, bytes, filename);
    if (ms > slowest.ms) slowest = { ms, name };
    if (grown > largest.mb) largest = { mb: grown, name };
  }
  await product.stop();
  return [
    atMost(
      'S3-07',
      'time to the response to a hostile file',
      slowest.ms,
      1000,
      ' ms',
      `the slowest of 16: ${slowest.name}`,
    ),
    atMost('S3-07', 'memory added by a hostile file', largest.mb, 150, ' MB', `the largest of 16: ${largest.name}`),
  ];
}

async function files(good: Buffer): Promise<[name: string, bytes: Buffer, filename: string][]> {
  const bomb = await sharp({
    create: { width: 16_000, height: 16_000, channels: 3, background: '#000000' },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const lying = Buffer.from(good);
  lying.writeUInt32BE(60_000, 16);
  lying.writeUInt32BE(60_000, 20);
  const random = Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(Math.random() * 256)));
  const contents: [string, Buffer][] = [
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['HTML', Buffer.from('<html><script>alert(1)</script></html>')],
    ['polyglot', Buffer.concat([good, Buffer.from('<script>alert(1)</script>')])],
    ['16,000 x 16,000', bomb],
    ['60,000 x 60,000 in the header only', lying],
    ['truncated', good.subarray(0, good.length / 2)],
    ['GIF', Buffer.from(`GIF89a${'x'.repeat(100)}`)],
    ['empty', Buffer.alloc(0)],
    ['zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(500)])],
    ['20 MB', Buffer.concat([good, Buffer.alloc(20_000_000)])],
    ['gzip', gzipSync(Buffer.alloc(1_000_000))],
    ['noise', random],
  ];
  return [
    ...contents.map(([name, bytes]): [string, Buffer, string] => [name, bytes, 'a.png']),
    ['a path as the name', good, '../../etc/passwd.png'],
    ['two extensions', good, 'a.php.png'],
    ['NUL in the name', good, 'a\0.png'],
    ['another extension', good, 'a.exe'],
  ];
}

async function send(
  product: Peer,
  name: string,
  bytes: Buffer,
  filename: string,
): Promise<{ ms: number; grown: number }> {
  const form = new FormData();
  const fields = {
    session_id: 's',
    category: 'bug',
    description: `With ${name}.`,
    url: 'https://a.example',
    timestamp: 'now',
  };
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('screenshot', new Blob([Uint8Array.from(bytes)], { type: 'image/png' }), filename);
  const before = residentMegabytes(product);
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, residentMegabytes(product))), 2);
  const began = performance.now();
  // A connection that the server closes during an oversized body counts as a response too.
  await fetch(product.url, { method: 'POST', headers: product.headers, body: form })
    .then((answer) => answer.text())
    .catch(() => undefined);
  const ms = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  clearInterval(watch);
  return { ms, grown: most - before };
}

function residentMegabytes({ pid }: Peer): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
