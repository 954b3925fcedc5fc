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

/** Exit code of `spool drain` if records remain in the spool or the database refused records. */
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
      title: 'No space for a copy',
      detail: `The spool in ${folder} is in use, and its ${Math.ceil(bytes / 2 ** 20)} MiB cannot be copied beside it.`,
      remedy: 'Stop its server, then inspect the spool.',
    });
  }
}

const MAX_COPIES = 5;
/** `spool.key` decrypts the content of the other two. */
const FILES = ['spool.db', 'spool.db-wal', 'spool.key'];

/**
 * Opens a spool for `work`, and closes it afterwards.
 *
 * @param options.allowCopy runs `work` on a copy if a server is using the spool
 * @param options.isCopy `dir` is such a copy
 * @throws SpoolOwnedError if a server is using the spool and a copy is not allowed
 */
async function withSpool<T>(
  { dir }: SpoolOptions,
  work: (spool: Spool, app: INestApplicationContext) => Promise<T>,
  { allowCopy = false, isCopy = false } = {},
): Promise<T> {
  const [{ Spool, SpoolOwnedError }, { DatabaseLockedError, StoredTables }, { createApp }, { createLogger }] =
    await Promise.all([import('#ingest'), import('#persistence'), import('#app'), import('#observability')]);
  const config = configFromEnvironment();
  const folder = resolve(dir ?? config.spool.dir ?? join(config.server.dataDir, 'spool'));
  const app = await createApp(config, createLogger({ ...config, logging: { ...config.logging, level: 'silent' } }));
  const tables = app.get(StoredTables);
  const options = { folder, maxBytes: config.spool.maxBytes * 2, now: Date.now };
  const spool = new Spool(options, (table) => tables.insertOf(table));
  if (!isCopy) note(`Spool: ${spool.path}`);
  try {
    const aside = await spool.open();
    if (aside) note(`The file was damaged and has been set aside: ${aside}`);
    return await work(spool, app);
  } catch (error) {
    if (!(error instanceof DatabaseLockedError)) throw error;
    if (!allowCopy) throw new SpoolOwnedError(spool.path);
    note('A server is using the spool. The following comes from a copy of its files.');
    return await withCopy(folder, (copy) => withSpool({ dir: copy }, work, { isCopy: true }));
  } finally {
    await spool.close();
    await app.close();
  }
}

/**
 * Copies the spool in `folder` for `work`. The copy is on the same volume, and is deleted however the command ends.
 *
 * @throws NoRoomError (507) if the volume has too little space
 */
async function withCopy<T>(folder: string, work: (copy: string) => Promise<T>): Promise<T> {
  const { bavail, bsize } = statfsSync(folder);
  const bytes = FILES.reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  // Leaves at least as much space as the copy takes, because an outage may still add records to the spool.
  if (bytes * 2 > Number(bavail) * Number(bsize)) throw new NoRoomError(folder, bytes);
  // Deletes copies that a killed command has left, but not recent ones, which another command may be using.
  for (const path of readdirSync(folder).flatMap((name) => (name.startsWith('copy-') ? [join(folder, name)] : [])))
    if (statSync(path).mtimeMs < Date.now() - HOUR_MS) rmSync(path, { recursive: true, force: true });
  const copy = mkdtempSync(join(folder, 'copy-'));
  const removeCopy = (): void => rmSync(copy, { recursive: true, force: true });
  const onSignal = (): void => {
    removeCopy();
    process.exit(1);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    // A ballast file for the copy would only take up space, so it gets an empty one.
    writeFileSync(join(copy, 'ballast'), '');
    // A checkpoint between copying two files would make them inconsistent. It restarts the WAL with another salt, so a
    // copy is repeated until the header of the WAL stays the same.
    let before = '';
    for (let attempt = 0; attempt < MAX_COPIES && before !== walHeaderOf(folder); attempt++) {
      before = walHeaderOf(folder);
      for (const name of FILES) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
    }
    return await work(copy);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    removeCopy();
  }
}

/** Returns the header of the WAL, which contains its salt. */
function walHeaderOf(folder: string): string {
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
      // The file of a command may grow beyond the limit of the server, so that repairs have room.
      const { maxBytes } = configFromEnvironment().spool;
      const [stats, deadLetters] = [{ ...(await spool.stats()), maxBytes }, await spool.deadLetters()];
      if (options.json) {
        printJson({ ...stats, dead_letters: deadLetters });
        return;
      }
      print(
        `waiting       ${stats.rows}${stats.oldestAt === null ? '' : ` (oldest from ${new Date(stats.oldestAt).toISOString()})`}`,
      );
      print(`bytes         ${stats.bytes} of ${stats.maxBytes}`);
      print(`dead letters  ${stats.deadLetters}`);
      for (const { id, kind, reason, died_at } of deadLetters)
        print(`  ${id}  ${kind}  ${new Date(died_at).toISOString()}  ${reason}`);
    },
    { allowCopy: true },
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
    // The replay asks the database for erasures, so the database must be reachable first.
    await reachDatabase(app);
    const writer = app.get(DatabaseWriter);
    // Old records may need partitions that do not exist yet. Without them, the records would become dead letters.
    await new Migrator(config).ensurePartitions();
    const { rows } = await spool.stats();
    const progress = new Progress('records', rows);
    let moved = 0;
    let refused = 0;
    const replayer = new SpoolReplayer(spool, {
      commit: (batches) => writer.replay(batches),
      onProgress: (good, bad) => {
        moved += good;
        refused += bad;
        progress.update(moved + refused);
      },
    });
    while ((await replayer.step()) > 0);
    if (options.json) printJson({ replayed: moved, dead_letters: refused });
    else print(`${moved} records moved to the database, ${refused} refused by it and kept as dead letters.`);
    const remaining = await spool.stats();
    if (remaining.rows > 0) note(`${remaining.rows} records are still waiting.`);
    if (remaining.deadLetters > refused) note(`${remaining.deadLetters} dead letters in total: see spool inspect.`);
    if (refused > 0 || remaining.rows > 0 || remaining.deadLetters > 0) process.exitCode = DEAD_LETTERS;
  });
}

export function addSpoolCommand(program: Command): void {
  const spool = program
    .command('spool')
    .description('manage records that wait for the database; only inspect and export work while a server is running');
  const addCommand = (name: string, description: string, action: (options: SpoolOptions) => Promise<void>): Command =>
    spool
      .command(name)
      .description(description)
      .option('--dir <folder>', 'folder of the spool (default: FL_SPOOL_DIR)')
      .option('--json', 'print JSON')
      .action(action);

  addCommand('inspect', 'show waiting records and dead letters', inspect);
  addCommand('retry', 'return dead letters to the spool for the next replay', async (options) => {
    const count = await withSpool(options, (file) => file.revive());
    if (options.json) printJson({ revived: count });
    else print(`${count} dead letters returned to the spool.`);
  });
  addCommand('export', 'print all records as JSON lines, decrypted: they contain personal texts', async (options) => {
    await withSpool(
      options,
      async (file) => {
        for await (const record of file.everything()) print(JSON.stringify(record));
      },
      { allowCopy: true },
    );
  });
  addCommand('drain', `move all records to the database; exit code ${DEAD_LETTERS} if any is left or refused`, drain);
}
