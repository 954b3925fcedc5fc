import { codeOf, DAY_MS, FileExistsError, formatTime, HOUR_MS, requireNewFile, VERSION } from '#kernel';
import { copyFile, link, mkdir, mkdtemp, readdir, rm, stat, unlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { FeedbackLoopConfig } from '#config';
import { createCopier, type DatabaseIdentity } from '#persistence';
import { FieldCipher } from '#secrets';
import { type BackupManifest, type BackupPart, readBackup, writeBackup } from './backup-file.js';
import { blobFolder, filesOf } from './blob-files.js';

/** `feedback-loop-<database>-<id of the database>-<time>.backup.zip`. Names of version 0.1 have a time only. */
const BACKUP_NAME = /^feedback-loop-(?:\w+-([0-9a-f]{8})-)?\d{8}T\d{6}Z(?:-\d+)?\.backup\.zip$/;
const MAX_NAMES_PER_SECOND = 100;

export interface BackupOptions {
  /**
   * Deletes older backups of this database from the folder, so that none reaches this age in days. Recognizes only
   * default names. With this option, `to` is a folder.
   */
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
 * @param to a file that ends with `.zip`, or a folder in which the file gets a default name
 * @throws BackupFailedError if the database cannot be copied, FileExistsError (409) if `to` exists
 */
export async function makeBackup(
  config: Readonly<FeedbackLoopConfig>,
  to: string,
  { keepDays, onProgress = () => undefined }: BackupOptions = {},
): Promise<MadeBackup> {
  const copier = createCopier(config);
  const identity = await copier.identify();
  const file = await backupPath(to, identity, keepDays !== undefined);
  await mkdir(dirname(file), { recursive: true });
  const work = await mkdtemp(join(dirname(file), '.feedback-loop-backup-'));
  try {
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
      deleted: keepDays === undefined ? [] : await deleteExpired(dirname(file), identity, keepDays),
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

/**
 * Returns the path of the new file. A name without `.zip` is a folder, so that a forgotten slash does not make a file
 * that the next backup finds in its way. @throws FileExistsError
 */
async function backupPath(to: string, { id, label }: DatabaseIdentity, isFolder: boolean): Promise<string> {
  if (!isFolder && to.endsWith('.zip') && !(await isDirectory(to))) {
    requireNewFile(to);
    return resolve(to);
  }
  const stamp = formatTime(Date.now()).replace(/[-:]|\.\d+/g, '');
  for (let n = 1; n < MAX_NAMES_PER_SECOND; n++) {
    const path = resolve(to, `feedback-loop-${label}-${id}-${stamp}${n === 1 ? '' : `-${n}`}.backup.zip`);
    if (!existsSync(path)) return path;
  }
  throw new FileExistsError(resolve(to));
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function deleteExpired(folder: string, { id }: DatabaseIdentity, days: number): Promise<string[]> {
  const deleted: string[] = [];
  const backups = (await readdir(folder)).flatMap((name) => {
    const found = BACKUP_NAME.exec(name);
    return found ? [{ name, owner: found[1] }] : [];
  });
  // A name without a database may belong to any database that has backups here.
  const isShared = backups.some(({ owner }) => owner !== undefined && owner !== id);
  for (const { name, owner } of backups) {
    if (owner === undefined ? isShared : owner !== id) continue;
    const path = join(folder, name);
    // Deletes one day early, less an hour: then no backup is older than `days` when the next is made a day later.
    if ((await stat(path)).mtimeMs >= Date.now() - (days - 1) * DAY_MS - HOUR_MS) continue;
    await unlink(path);
    deleted.push(path);
  }
  return deleted;
}
