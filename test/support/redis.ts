import { spawn, spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port || 6379), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.setTimeout(1000, () => {
      socket.destroy();
      resolve(false);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

const LOOK =
  "require('net').connect(6379, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))";

/** Whether there is a Redis to test with. In CI there must be one: without it the tests run, and fail. */
const HAS_REDIS =
  process.env.CI !== undefined ||
  process.env.FL_TEST_REDIS_URL !== undefined ||
  spawnSync('redis-server', ['--version']).status === 0 ||
  spawnSync(process.execPath, ['-e', LOOK], { timeout: 2000 }).status === 0;

/** A `describe` that is skipped, visibly in the report, on a machine without Redis. */
export function describeWithRedis(title: string, tests: () => void): void {
  const needed = 'needs Redis: redis-server on the PATH, one on 127.0.0.1:6379, or FL_TEST_REDIS_URL';
  if (HAS_REDIS) describe(title, tests);
  else describe.skip(`${title} (${needed})`, tests);
}

/** FL_TEST_REDIS_URL, else a `redis-server` of the PATH, else what listens on 127.0.0.1:6379. @throws Error when Redis is missing */
export async function redisUrl(): Promise<string> {
  if (process.env.FL_TEST_REDIS_URL) return process.env.FL_TEST_REDIS_URL;
  if (spawnSync('redis-server', ['--version']).status === 0) {
    const port = await freePort();
    const child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {
        stdio: 'ignore',
      },
    );
    // Neither keeps the other alive for longer than the tests.
    child.unref();
    process.once('exit', () => child.kill());
    const url = `redis://127.0.0.1:${port}`;
    for (let attempt = 0; attempt < 50; attempt++) {
      if (await answers(url)) return url;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const standard = 'redis://127.0.0.1:6379';
  if (await answers(standard)) return standard;
  throw new Error('no Redis: install redis-server, or name one by FL_TEST_REDIS_URL');
}
