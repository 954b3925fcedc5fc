import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FeedbackLoopConfig } from '#config';
import { createCopier, type DatabaseCopier, Migrator, RestoreFailedError, unknownMigrations } from '#persistence';
import { FieldCipher } from '#secrets';
import { type BackupManifest, readBackup } from './backup-file.js';
import { blobFolder, filesOf } from './blob-files.js';
import { fileProgress } from './make-backup.js';

export interface RestoredBackup {
  manifest: BackupManifest;
  /** Where the previous database is kept; null if there was none. */
  former: string | null;
  /** Migrations that were applied to the restored database. */
  migrated: string[];
  /** Number of restored screenshots. */
  screenshots: number;
  /** Problems that the operator must solve. */
  warnings: string[];
}

/** The database is not empty, and the operator has not agreed to replace it. */
export class RestoreUnconfirmedError extends RestoreFailedError {
  constructor(state: string) {
    super(
      `The database ${state}.`,
      'Say --yes to replace the database with the backup; the previous database is kept aside.',
    );
  }
}

/**
 * Replaces the database, and the screenshots in a folder, with a backup.
 *
 * - The backup is checked before anything is changed. Its rows are counted after the restore.
 * - The restored database is migrated to the schema of this version.
 * - Erasures are not applied again here. The caller must do so before a server starts.
 *
 * @throws DamagedBackupError (422), RestoreFailedError, ServerRunningError (409)
 */
export async function restoreBackup(
  config: Readonly<FeedbackLoopConfig>,
  from: string,
  { onProgress, yes }: { yes: boolean; onProgress: (line: string) => void },
): Promise<RestoredBackup> {
  await mkdir(config.server.dataDir, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(config.server.dataDir, '.restore-'));
  try {
    const manifest = await readBackup(from, work, fileProgress('checking', onProgress));
    requireCompatible(config, manifest);
    const copier = createCopier(config);
    await requireConsent(config, copier, yes);
    const former = await copier.restore(join(work, copier.fileName), onProgress);
    const rows = (await copier.inspect())?.rows ?? {};
    const missing = Object.entries(manifest.rows).filter(([table, n]) => rows[table] !== n);
    if (missing.length > 0)
      throw new RestoreFailedError(
        `The backup was restored incompletely: ${missing.map(([table, n]) => `${table} has ${rows[table] ?? 0} rows instead of ${n}`).join(', ')}.`,
      );
    // The progress of imports belongs to the previous database.
    await rm(join(config.server.dataDir, 'imports'), { recursive: true, force: true });
    const screenshots = await restoreFiles(join(work, 'blobs'), blobFolder(config));
    const migrated = await new Migrator(config, () => onProgress('waiting for another process to migrate')).up();
    return { manifest, former, migrated, screenshots, warnings: warningsOf(config, manifest) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Requires consent to replace data. A SQLite file that cannot be read may be replaced too, since that is what a restore
 * is for.
 */
async function requireConsent(
  config: Readonly<FeedbackLoopConfig>,
  copier: DatabaseCopier,
  yes: boolean,
): Promise<void> {
  let rows: number;
  try {
    rows = Object.values((await copier.inspect())?.rows ?? {}).reduce((sum, n) => sum + n, 0);
  } catch (error) {
    if (config.database.target.type !== 'sqlite') throw error;
    if (!yes) throw new RestoreUnconfirmedError('cannot be read');
    return;
  }
  if (rows > 0 && !yes) throw new RestoreUnconfirmedError(`holds ${rows} rows`);
}

function requireCompatible(config: Readonly<FeedbackLoopConfig>, manifest: BackupManifest): void {
  const { type } = config.database.target;
  if (manifest.database !== type)
    throw new RestoreFailedError(
      `The backup is of ${manifest.database}, but FL_DB_URI names ${type}.`,
      'To move records between databases, use `export` and `import`.',
    );
  const unknown = unknownMigrations(type, manifest);
  if (unknown.length > 0)
    throw new RestoreFailedError(
      `The backup was made by a newer version (${manifest.version}). This version does not know the migrations ${unknown.join(', ')}.`,
      'Install that version or a newer one.',
    );
}

function warningsOf(config: Readonly<FeedbackLoopConfig>, manifest: BackupManifest): string[] {
  const warnings: string[] = [];
  if (!new FieldCipher(config).knows(manifest.encryption_key_id))
    warnings.push(
      `Values are encrypted with the key ${manifest.encryption_key_id}, which this server does not have: add it to FL_ENCRYPTION_KEY, or they cannot be read.`,
    );
  if (manifest.blobs === 's3')
    warnings.push('Screenshots are in S3. They are not part of the backup and were not changed.');
  if (manifest.blobs === 'files' && config.screenshots.store !== 'directory')
    warnings.push(
      'Screenshots were restored to a folder: set FL_BLOB_STORE=directory, or move them with `blobs move`.',
    );
  return warnings;
}

async function restoreFiles(from: string, to: string): Promise<number> {
  let files = 0;
  for await (const { name, path } of filesOf(from)) {
    const target = join(to, name);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(path, `${target}.part`);
    await rename(`${target}.part`, target);
    files += 1;
  }
  return files;
}
