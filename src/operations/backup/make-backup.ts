import { codeOf, DAY_MS, formatTime, HOUR_MS, VERSION } from '#kernel';
import { copyFile, link, mkdir, mkdtemp, readdir, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { FeedbackLoopConfig } from '#config';
import { createCopier } from '#persistence';
import { FieldCipher } from '#secrets';
import { type BackupManifest, type BackupPart, readBackup, writeBackup } from './backup-file.js';
import { blobFolder, filesOf } from './blob-files.js';

const NAME = /^feedback-loop-\d{8}T\d{6}Z\.backup\.zip$/;

export interface BackupOptions {
  /** Older ones in the same folder are deleted, by the names that are made here. */
  keepDays?: number;
  onProgress?: (line: string) => void;
}

export interface MadeBackup {
  file: string;
  bytes: number;
  manifest: BackupManifest;
  /** Older ones that were deleted. */
  deleted: string[];
}

/**
 * Backs up the database, and pictures that are kept in a folder, while servers run: one file, checked by reading it again.
 * Keys, spools and the ledger of erasures are not in it. @throws BackupFailedError
 */
export async function makeBackup(
  config: Readonly<FeedbackLoopConfig>,
  to: string,
  { keepDays, onProgress = () => undefined }: BackupOptions = {},
): Promise<MadeBackup> {
  const file = await fileName(to);
  await mkdir(dirname(file), { recursive: true });
  const work = await mkdtemp(join(dirname(file), '.feedback-loop-backup-'));
  try {
    const copier = createCopier(config);
    const copy = join(work, copier.fileName);
    const copied = await copier.copy(copy, onProgress);
    const parts = async function* (): AsyncGenerator<BackupPart> {
      yield { name: copier.fileName, path: copy, compress: !copier.compressed };
      if (config.pictures.store !== 'directory') return;
      let n = 0;
      for await (const { name, path } of filesOf(blobFolder(config))) {
        const kept = join(work, `blob-${n++}`);
        if (await holdOn(path, kept)) yield { name: `blobs/${name}`, path: kept, compress: false };
      }
    };
    const manifest = await writeBackup(
      file,
      parts(),
      {
        format: 1,
        created_at: formatTime(Date.now()),
        version: VERSION,
        database: config.database.target.type,
        migrations: copied.migrations,
        rows: copied.rows,
        blobs: config.pictures.store === 'directory' ? 'files' : config.pictures.store,
        encryption_key_id: new FieldCipher(config).currentKeyId,
      },
      {
        onFile: countedFiles('writing', onProgress),
        check: (draft) => readBackup(draft, join(work, 'again'), countedFiles('checking', onProgress)),
      },
    );
    const { size } = await stat(file);
    return { file, bytes: size, manifest, deleted: keepDays === undefined ? [] : await prune(dirname(file), keepDays) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Keeps a picture while it is packed: a server may delete it meanwhile. Answers false when it is gone already. */
async function holdOn(path: string, kept: string): Promise<boolean> {
  try {
    await link(path, kept).catch(() => copyFile(path, kept));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Reads a backup whole, as a restore would, and keeps nothing of it. @throws RestoreFailedError */
export async function checkBackup(file: string, onProgress: (line: string) => void): Promise<BackupManifest> {
  const work = await mkdtemp(join(dirname(resolve(file)), '.feedback-loop-check-'));
  try {
    return await readBackup(file, work, countedFiles('checking', onProgress));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A line for the first file, and one for each thousand more. */
export function countedFiles(verb: string, onProgress: (line: string) => void): (name: string) => void {
  let files = 0;
  return (name) => {
    if (files++ % 1000 === 0) onProgress(files === 1 ? `${verb} ${name}` : `${verb}: ${files} files`);
  };
}

async function fileName(to: string): Promise<string> {
  const isFolder =
    to.endsWith('/') ||
    to.endsWith(sep) ||
    (await stat(to).then(
      (found) => found.isDirectory(),
      () => false,
    ));
  if (!isFolder) return resolve(to);
  const stamp = formatTime(Date.now()).replace(/[-:]|\.\d+/g, '');
  return resolve(to, `feedback-loop-${stamp}.backup.zip`);
}

async function prune(folder: string, days: number): Promise<string[]> {
  const deleted: string[] = [];
  for (const name of (await readdir(folder)).filter((each) => NAME.test(each))) {
    const path = join(folder, name);
    // The next is made a day later: none is older than `days` then.
    if ((await stat(path)).mtimeMs >= Date.now() - (days - 1) * DAY_MS - HOUR_MS) continue;
    await unlink(path);
    deleted.push(path);
  }
  return deleted;
}
