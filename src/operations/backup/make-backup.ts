import { codeOf, DAY_MS, formatTime, HOUR_MS, VERSION } from '#kernel';
import { copyFile, link, mkdir, mkdtemp, readdir, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { FeedbackLoopConfig } from '#config';
import { createCopier } from '#persistence';
import { FieldCipher } from '#secrets';
import { type BackupManifest, type BackupPart, readBackup, writeBackup } from './backup-file.js';
import { blobFolder, filesOf } from './blob-files.js';

const BACKUP_NAME = /^feedback-loop-\d{8}T\d{6}Z\.backup\.zip$/;

export interface BackupOptions {
  /** Deletes older backups from the folder, so that none reaches this age in days. Recognizes only default names. */
  keepDays?: number;
  onProgress?: (line: string) => void;
}

export interface MadeBackup {
  file: string;
  bytes: number;
  manifest: BackupManifest;
  /** Paths of expired backups that were deleted. */
  deleted: string[];
}

/**
 * Backs up the database, and the screenshots if they are stored in a folder. Servers may be running.
 *
 * - The result is one file, which is checked by reading it again.
 * - It does not contain keys, spools and the ledger of erasures.
 *
 * @param to a file, or a folder in which the file gets a default name
 * @throws BackupFailedError if the database cannot be copied
 */
export async function makeBackup(
  config: Readonly<FeedbackLoopConfig>,
  to: string,
  { keepDays, onProgress = () => undefined }: BackupOptions = {},
): Promise<MadeBackup> {
  const file = await backupPath(to);
  await mkdir(dirname(file), { recursive: true });
  const work = await mkdtemp(join(dirname(file), '.feedback-loop-backup-'));
  try {
    const copier = createCopier(config);
    const copy = join(work, copier.fileName);
    const copied = await copier.copy(copy, onProgress);
    const parts = async function* (): AsyncGenerator<BackupPart> {
      yield { name: copier.fileName, path: copy, compress: !copier.compressed };
      if (config.screenshots.store !== 'directory') return;
      let n = 0;
      for await (const { name, path } of filesOf(blobFolder(config))) {
        const copyPath = join(work, `blob-${n++}`);
        if (await linkOrCopy(path, copyPath)) yield { name: `blobs/${name}`, path: copyPath, compress: false };
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
        blobs: config.screenshots.store === 'directory' ? 'files' : config.screenshots.store,
        encryption_key_id: new FieldCipher(config).currentKeyId,
      },
      {
        onFile: fileProgress('writing', onProgress),
        check: (draft) => readBackup(draft, join(work, 'again'), fileProgress('checking', onProgress)),
      },
    );
    const { size } = await stat(file);
    return {
      file,
      bytes: size,
      manifest,
      deleted: keepDays === undefined ? [] : await deleteExpired(dirname(file), keepDays),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Links or copies a screenshot, because a server may delete it before it is packed. Returns false if it is already
 * deleted.
 */
async function linkOrCopy(path: string, copyPath: string): Promise<boolean> {
  try {
    await link(path, copyPath).catch(() => copyFile(path, copyPath));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Reads a whole backup, as a restore would, without keeping its content. @throws DamagedBackupError (422) */
export async function checkBackup(file: string, onProgress: (line: string) => void): Promise<BackupManifest> {
  const work = await mkdtemp(join(dirname(resolve(file)), '.feedback-loop-check-'));
  try {
    return await readBackup(file, work, fileProgress('checking', onProgress));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Returns a callback that reports the first file, and then every thousandth. */
export function fileProgress(verb: string, onProgress: (line: string) => void): (name: string) => void {
  let files = 0;
  return (name) => {
    if (files++ % 1000 === 0) onProgress(files === 1 ? `${verb} ${name}` : `${verb}: ${files} files`);
  };
}

async function backupPath(to: string): Promise<string> {
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

async function deleteExpired(folder: string, days: number): Promise<string[]> {
  const deleted: string[] = [];
  for (const name of (await readdir(folder)).filter((each) => BACKUP_NAME.test(each))) {
    const path = join(folder, name);
    // Deletes one day early, less an hour: then no backup is older than `days` when the next is made a day later.
    if ((await stat(path)).mtimeMs >= Date.now() - (days - 1) * DAY_MS - HOUR_MS) continue;
    await unlink(path);
    deleted.push(path);
  }
  return deleted;
}
