import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { AppError, draftOf, publishFile } from '#kernel';
import yazl from 'yazl';

/** Describes a backup. It is stored beside the files of the backup, in a ZIP that any tool can open. */
export interface BackupManifest {
  format: 1;
  created_at: string;
  /** Version of the program that made the backup. */
  version: string;
  database: 'sqlite' | 'postgresql';
  migrations: string[];
  /** Table → number of rows. */
  rows: Record<string, number>;
  /** Where screenshots are. `files`: in this backup; `database`: in the database; `s3`: in S3, not in this backup. */
  blobs: 'database' | 'files' | 's3';
  /** Identifies the key that encrypts values, which cannot be read without it. It is not the key itself. */
  encryption_key_id: string;
  /** File → SHA-256, hex. */
  sha256: Record<string, string>;
}

const MANIFEST = 'manifest.json';

/** A file to put into a backup: its `path` on disk, and its `name` in the backup. */
export interface BackupPart {
  name: string;
  path: string;
  compress: boolean;
}

/**
 * Writes a backup file.
 *
 * - The file appears only when it is complete, durable and checked. It never replaces a file.
 * - Files are streamed and never held in memory as a whole.
 *
 * @param check reads the draft; the backup is discarded if it throws
 * @throws FileExistsError (409), or the error of a file, of the disk or of `check`
 */
export async function writeBackup(
  to: string,
  parts: AsyncIterable<BackupPart>,
  details: Omit<BackupManifest, 'sha256'>,
  { check, onFile }: { onFile: (name: string) => void; check: (draft: string) => Promise<unknown> },
): Promise<BackupManifest> {
  const zip = new yazl.ZipFile();
  const sha256: Record<string, string> = {};
  const manifest = { ...details, sha256 };
  const draft = draftOf(to);
  await mkdir(dirname(to), { recursive: true });
  const written = pipeline(zip.outputStream, createWriteStream(draft, { mode: 0o600, flush: true }));
  // The write may fail while parts are still being listed. The failure is handled below, where it is awaited.
  written.catch(() => undefined);
  // The first failure ends the writing of the file.
  zip.on('error', (error) => (zip.outputStream as Readable).destroy(error as unknown as Error));
  try {
    for await (const { compress, name, path } of parts)
      zip.addReadStreamLazy(name, { compress, mode: 0o100600 }, (callback) => {
        onFile(name);
        callback(
          null,
          withHash(createReadStream(path), (hash) => (sha256[name] = hash)),
        );
      });
    // Opened after all other files are written, when all hashes are known.
    zip.addReadStreamLazy(MANIFEST, { compress: false, mode: 0o100600 }, (callback) =>
      callback(
        null,
        streamOf(() => `${JSON.stringify(manifest, null, 2)}\n`),
      ),
    );
    zip.end();
    await written;
    await check(draft);
    await publishFile(draft, to);
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

function withHash(source: Readable, done: (hash: string) => void): Readable {
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
  // A reader receives the error. Without this listener, an error before the first read would end the process.
  through.on('error', () => undefined);
  source.once('error', (error) => through.destroy(error));
  return source.pipe(through);
}

function streamOf(createText: () => string): Readable {
  return new Transform({
    transform: (chunk: Buffer, _encoding, next) => next(null, chunk),
  }).end(createText());
}

/**
 * Unpacks a backup into `folder` and checks the hash of every file.
 *
 * @throws DamagedBackupError (422) if the file is damaged or not a backup
 */
export async function readBackup(
  from: string,
  folder: string,
  onFile: (name: string) => void,
): Promise<BackupManifest> {
  const hashes: Record<string, string> = {};
  const zip = await openZip(from);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      onFile(entry.fileName);
      const path = join(folder, entry.fileName);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const source = withHash(await zip.openReadStreamPromise(entry), (hash) => (hashes[entry.fileName] = hash));
      await pipeline(source, createWriteStream(path, { mode: 0o600, flush: true }));
    }
  } catch (error) {
    throw damaged((error as Error).message, error);
  } finally {
    zip.close();
  }
  if (hashes[MANIFEST] === undefined) throw damaged('it has no manifest');
  const manifest = JSON.parse(await readText(join(folder, MANIFEST))) as BackupManifest;
  if (manifest.format !== 1) throw damaged(`its format is ${String(manifest.format)}, but this version reads format 1`);
  const names = new Set([...Object.keys(manifest.sha256), ...Object.keys(hashes)]);
  names.delete(MANIFEST);
  for (const name of names)
    if (hashes[name] !== manifest.sha256[name]) throw damaged(`${name} does not match the manifest`);
  return manifest;
}

/** Promise-based methods of yauzl that its types lack. */
interface ZipReader {
  eachEntry(): AsyncIterable<yauzl.Entry>;
  openReadStreamPromise(entry: yauzl.Entry): Promise<Readable>;
  close(): void;
}

async function openZip(path: string): Promise<ZipReader> {
  try {
    return await (yauzl as unknown as { openPromise(path: string): Promise<ZipReader> }).openPromise(path);
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
      detail: `The file is damaged or not a backup: ${why}. Nothing was changed.`,
      remedy: 'Use another backup. To find damaged backups before they are needed, run `backup --check`.',
      cause,
    });
  }
}

function damaged(why: string, cause?: unknown): DamagedBackupError {
  return new DamagedBackupError(why, cause);
}

async function readText(path: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of createReadStream(path)) parts.push(chunk as Buffer);
  return Buffer.concat(parts).toString();
}
