import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { AppError } from '#kernel';
import yazl from 'yazl';

/** What stands in a backup besides its files: a ZIP that any tool opens. */
export interface BackupManifest {
  format: 1;
  created_at: string;
  /** Of the program. */
  version: string;
  database: 'sqlite' | 'postgresql';
  migrations: string[];
  /** Table → rows. */
  rows: Record<string, number>;
  /** `files`: pictures are in it; `database`: they are in the database; `s3`: they are where they were. */
  blobs: 'database' | 'files' | 's3';
  /** The key that encrypts values was this one: without it they cannot be read. Its name, not the key. */
  encryption_key_id: string;
  /** File → SHA-256, hex. */
  sha256: Record<string, string>;
}

const MANIFEST = 'manifest.json';

/** A file of a backup: where it is, and what it is called there. */
export interface BackupPart {
  name: string;
  path: string;
  compress: boolean;
}

/** Writes a backup: all of it, durable and checked, or nothing; one of that name stays until then. No file is in memory. */
export async function writeBackup(
  to: string,
  parts: AsyncIterable<BackupPart>,
  about: Omit<BackupManifest, 'sha256'>,
  { check, onFile }: { onFile: (name: string) => void; check: (draft: string) => Promise<unknown> },
): Promise<BackupManifest> {
  const zip = new yazl.ZipFile();
  const sha256: Record<string, string> = {};
  const manifest = { ...about, sha256 };
  const draft = `${to}.part`;
  await mkdir(dirname(to), { recursive: true });
  const written = pipeline(zip.outputStream, createWriteStream(draft, { mode: 0o600, flush: true }));
  // It may fail while parts are still being listed; it is waited for below.
  written.catch(() => undefined);
  // Whatever fails first ends the writing of the file.
  zip.on('error', (error) => (zip.outputStream as Readable).destroy(error as unknown as Error));
  try {
    for await (const { compress, name, path } of parts)
      zip.addReadStreamLazy(name, { compress, mode: 0o100600 }, (give) => {
        onFile(name);
        give(
          null,
          hashed(createReadStream(path), (hash) => (sha256[name] = hash)),
        );
      });
    // Asked for when all before it have been written.
    zip.addReadStreamLazy(MANIFEST, { compress: false, mode: 0o100600 }, (give) =>
      give(
        null,
        streamOf(() => `${JSON.stringify(manifest, null, 2)}\n`),
      ),
    );
    zip.end();
    await written;
    await check(draft);
    await rename(draft, to);
    const folder = await open(dirname(to), 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    (zip.outputStream as Readable).destroy();
    await written.catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
  return manifest;
}

function hashed(source: Readable, done: (hash: string) => void): Readable {
  const hash = createHash('sha256');
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, next) => {
      hash.update(chunk);
      next(null, chunk);
    },
    flush: (next) => {
      done(hash.digest('hex'));
      next();
    },
  });
  // Whoever reads it is told; nobody may be reading yet.
  through.on('error', () => undefined);
  source.once('error', (error) => through.destroy(error));
  return source.pipe(through);
}

function streamOf(text: () => string): Readable {
  return new Transform({
    transform: (chunk: Buffer, _encoding, next) => next(null, chunk),
  }).end(text());
}

/** Unpacks a backup into `folder` and checks every byte of it. @throws RestoreFailedError when it is none, or damaged */
export async function readBackup(
  from: string,
  folder: string,
  onFile: (name: string) => void,
): Promise<BackupManifest> {
  const found: Record<string, string> = {};
  const zip = await opened(from);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      onFile(entry.fileName);
      const path = join(folder, entry.fileName);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const source = hashed(await zip.openReadStreamPromise(entry), (hash) => (found[entry.fileName] = hash));
      await pipeline(source, createWriteStream(path, { mode: 0o600, flush: true }));
    }
  } catch (error) {
    throw damaged((error as Error).message, error);
  } finally {
    zip.close();
  }
  if (found[MANIFEST] === undefined) throw damaged('it has no manifest');
  const manifest = JSON.parse(await text(join(folder, MANIFEST))) as BackupManifest;
  if (manifest.format !== 1) throw damaged(`its format is ${String(manifest.format)}, this program reads 1`);
  const names = new Set([...Object.keys(manifest.sha256), ...Object.keys(found)]);
  names.delete(MANIFEST);
  for (const name of names) if (found[name] !== manifest.sha256[name]) throw damaged(`${name} is not what was written`);
  return manifest;
}

/** What the types of yauzl do not know yet. */
interface UnzippedFile {
  eachEntry(): AsyncIterable<yauzl.Entry>;
  openReadStreamPromise(entry: yauzl.Entry): Promise<Readable>;
  close(): void;
}

async function opened(path: string): Promise<UnzippedFile> {
  try {
    return await (yauzl as unknown as { openPromise(path: string): Promise<UnzippedFile> }).openPromise(path);
  } catch (error) {
    throw damaged((error as Error).message, error);
  }
}

class DamagedBackupError extends AppError {
  constructor(why: string, cause?: unknown) {
    super({
      code: 'backup_damaged',
      status: 422,
      title: 'The backup cannot be used',
      detail: `It is damaged, or none: ${why}. Nothing was changed.`,
      remedy: 'Take an older one; `backup --check` tells before you need it.',
      cause,
    });
  }
}

function damaged(why: string, cause?: unknown): DamagedBackupError {
  return new DamagedBackupError(why, cause);
}

async function text(path: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of createReadStream(path)) parts.push(chunk as Buffer);
  return Buffer.concat(parts).toString();
}
