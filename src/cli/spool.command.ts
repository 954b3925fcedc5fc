import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';
import { AppError, HOUR_MS } from '#kernel';
import { configFromEnvironment, describeDatabase } from '#config';
import type { Spool } from '#ingest';
import { note, print, printJson, Progress } from './output.js';
import { reachDatabase } from './with-app.js';

/** Exit code of `spool drain` when the database refused some of the records. */
const DEAD_LETTERS = 3;

interface SpoolOptions {
  dir?: string;
  json?: boolean;
}

class NoRoomError extends AppError {
  constructor(folder: string, bytes: number) {
    super({
      code: 'no_room',
      status: 507,
      title: 'No room for a copy',
      detail: `The spool in ${folder} is in use, and its ${Math.ceil(bytes / 2 ** 20)} MiB cannot be copied beside it.`,
      remedy: 'Look at it while its server is stopped.',
    });
  }
}

const MAX_COPIES = 5;
/** `spool.key` opens what the other two hold. */
const FILES = ['spool.db', 'spool.db-wal', 'spool.key'];

/** Opens the spool that no server uses at the moment, and closes it after `work`. With `copied`, one that is in use is looked at as a copy. */
async function withSpool<T>(
  { dir }: SpoolOptions,
  work: (spool: Spool, app: INestApplicationContext) => Promise<T>,
  copied = false,
): Promise<T> {
  const [{ Spool, SpoolOwnedError }, { DatabaseLockedError, StoredTables }, { createApp }, { createLogger }] =
    await Promise.all([import('#ingest'), import('#persistence'), import('#app'), import('#observability')]);
  const config = configFromEnvironment();
  const folder = resolve(dir ?? config.spool.dir ?? join(config.server.dataDir, 'spool'));
  const app = await createApp(config, createLogger({ ...config, logging: { ...config.logging, level: 'silent' } }));
  const tables = app.get(StoredTables);
  const options = { folder, maxBytes: config.spool.maxBytes * 2, now: Date.now };
  const spool = new Spool(options, (table) => tables.insertOf(table));
  note(`Spool: ${spool.path}`);
  try {
    const aside = await spool.open();
    if (aside) note(`The file was damaged and has been set aside: ${aside}`);
    return await work(spool, app);
  } catch (error) {
    if (!(error instanceof DatabaseLockedError)) throw error;
    if (!copied) throw new SpoolOwnedError(spool.path);
    note('A server uses it: this is what a copy of its files holds at this moment.');
    return await withCopy(folder, (copy) => withSpool({ dir: copy }, work));
  } finally {
    await spool.close();
    await app.close();
  }
}

/** On the volume of the spool, which has room for it or says so; gone however the command ends. */
async function withCopy<T>(folder: string, work: (copy: string) => Promise<T>): Promise<T> {
  const { bavail, bsize } = statfsSync(folder);
  const bytes = FILES.reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  // What an outage still brings needs the room more.
  if (bytes * 2 > Number(bavail) * Number(bsize)) throw new NoRoomError(folder, bytes);
  // What a command that was killed has left, not what another is looking at.
  for (const path of readdirSync(folder).flatMap((name) => (name.startsWith('copy-') ? [join(folder, name)] : [])))
    if (statSync(path).mtimeMs < Date.now() - HOUR_MS) rmSync(path, { recursive: true, force: true });
  const copy = mkdtempSync(join(folder, 'copy-'));
  const drop = (): void => rmSync(copy, { recursive: true, force: true });
  const ended = (): void => {
    drop();
    process.exit(1);
  };
  process.once('SIGINT', ended).once('SIGTERM', ended);
  try {
    // The ballast of a copy would only take room away.
    writeFileSync(join(copy, 'ballast'), '');
    // A checkpoint between two files would tear them apart: it begins the WAL anew, under another salt.
    let before = '';
    for (let attempt = 0; attempt < MAX_COPIES && before !== beginOf(folder); attempt++) {
      before = beginOf(folder);
      for (const name of FILES) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
    }
    return await work(copy);
  } finally {
    process.off('SIGINT', ended).off('SIGTERM', ended);
    drop();
  }
}

/** The header of the WAL, with its salt. */
function beginOf(folder: string): string {
  const path = join(folder, 'spool.db-wal');
  if (!existsSync(path)) return 'none';
  const header = Buffer.alloc(32);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header.toString('hex');
}

async function inspect(options: SpoolOptions): Promise<void> {
  await withSpool(
    options,
    async (spool) => {
      const [stats, letters] = [await spool.stats(), await spool.deadLetters()];
      if (options.json) {
        printJson({ ...stats, dead_letters: letters });
        return;
      }
      print(
        `waiting       ${stats.rows}${stats.oldestAt === null ? '' : ` (oldest of ${new Date(stats.oldestAt).toISOString()})`}`,
      );
      print(`bytes         ${stats.bytes} of ${stats.maxBytes}`);
      print(`dead letters  ${stats.deadLetters}`);
      for (const { id, kind, reason, died_at } of letters)
        print(`  ${id}  ${kind}  ${new Date(died_at).toISOString()}  ${reason}`);
    },
    true,
  );
}

async function drain(options: SpoolOptions): Promise<void> {
  const [{ DatabaseWriter, SpoolReplayer }, { Migrator }] = await Promise.all([
    import('#ingest'),
    import('#persistence'),
  ]);
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  await withSpool(options, async (spool, app) => {
    // Who was erased is asked before anything is replayed.
    await reachDatabase(app);
    const writer = app.get(DatabaseWriter);
    // Records of months ago may want partitions that no server has made yet; without them they would be set aside.
    await new Migrator(config).ensurePartitions();
    const { rows } = await spool.stats();
    const progress = new Progress('records', rows);
    let moved = 0;
    let buried = 0;
    const replayer = new SpoolReplayer(spool, {
      commit: (batches) => writer.replay(batches),
      onProgress: (good, bad) => {
        moved += good;
        buried += bad;
        progress.update(moved + buried);
      },
    });
    while ((await replayer.step()) > 0);
    if (options.json) printJson({ replayed: moved, dead_letters: buried });
    else print(`${moved} records moved into the database, ${buried} refused by it and set aside.`);
    const left = await spool.stats();
    if (left.rows > 0) note(`${left.rows} records still wait.`);
    if (left.deadLetters > buried) note(`${left.deadLetters} dead letters in all: see spool inspect.`);
    if (buried > 0 || left.rows > 0 || left.deadLetters > 0) process.exitCode = DEAD_LETTERS;
  });
}

export function addSpoolCommand(program: Command): void {
  const spool = program
    .command('spool')
    .description('look after records that wait for the database; but for inspect and export, while no server runs');
  const add = (name: string, description: string, action: (options: SpoolOptions) => Promise<void>): Command =>
    spool
      .command(name)
      .description(description)
      .option('--dir <folder>', 'folder of the spool (default: FL_SPOOL_DIR)')
      .option('--json', 'print JSON')
      .action(action);

  add('inspect', 'what waits, and what the database refused', inspect);
  add('retry', 'let dead letters wait again, for the next replay', async (options) => {
    const count = await withSpool(options, (file) => file.revive());
    if (options.json) printJson({ revived: count });
    else print(`${count} dead letters wait again.`);
  });
  add('export', 'print every record as JSON lines, decrypted: it holds personal texts', async (options) => {
    await withSpool(
      options,
      async (file) => {
        for await (const record of file.everything()) print(JSON.stringify(record));
      },
      true,
    );
  });
  add('drain', `move everything into the database; exit code ${DEAD_LETTERS} when some was refused`, drain);
}
