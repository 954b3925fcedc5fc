import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FeedbackLoopConfig } from '#config';
import { createCopier, type DatabaseCopier, Migrator, RestoreFailedError, unknownMigrations } from '#persistence';
import { FieldCipher } from '#secrets';
import { type BackupManifest, readBackup } from './backup-file.js';
import { blobFolder, filesOf } from './blob-files.js';
import { countedFiles } from './make-backup.js';

export interface RestoredBackup {
  manifest: BackupManifest;
  /** Where what was there is kept; null when there was nothing. */
  former: string | null;
  /** Migrations that were applied to what was restored. */
  migrated: string[];
  pictures: number;
  /** What the operator must know. */
  warnings: string[];
}

/** The database holds something, and nobody has said that it may go. */
export class RestoreUnconfirmedError extends RestoreFailedError {
  constructor(state: string) {
    super(`The database ${state}.`, 'Say --yes to put the backup in their place; they are kept aside.');
  }
}

/**
 * Puts a backup in the place of what is there: checked before anything is touched, counted after it, migrated to this program's schema.
 * Erasures are not applied again here: whoever calls must, before a server starts. @throws RestoreFailedError, ServerRunningError
 */
export async function restoreBackup(
  config: Readonly<FeedbackLoopConfig>,
  from: string,
  { onProgress, yes }: { yes: boolean; onProgress: (line: string) => void },
): Promise<RestoredBackup> {
  await mkdir(config.server.dataDir, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(config.server.dataDir, '.restore-'));
  try {
    const manifest = await readBackup(from, work, countedFiles('checking', onProgress));
    requireFit(config, manifest);
    const copier = createCopier(config);
    await requireConsent(config, copier, yes);
    const former = await copier.restore(join(work, copier.fileName), onProgress);
    const rows = (await copier.look())?.rows ?? {};
    const missing = Object.entries(manifest.rows).filter(([table, n]) => rows[table] !== n);
    if (missing.length > 0)
      throw new RestoreFailedError(
        `It was restored, but not whole: ${missing.map(([table, n]) => `${table} has ${rows[table] ?? 0} rows instead of ${n}`).join(', ')}.`,
      );
    // What had been imported into the former database is not in this one.
    await rm(join(config.server.dataDir, 'imports'), { recursive: true, force: true });
    const pictures = await putBack(join(work, 'blobs'), blobFolder(config));
    const migrated = await new Migrator(config, () => onProgress('waiting for another process to migrate')).up();
    return { manifest, former, migrated, pictures, warnings: warningsOf(config, manifest) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A SQLite file that cannot be read any more is what a restore is for; with consent all the same. */
async function requireConsent(
  config: Readonly<FeedbackLoopConfig>,
  copier: DatabaseCopier,
  yes: boolean,
): Promise<void> {
  let rows: number;
  try {
    rows = Object.values((await copier.look())?.rows ?? {}).reduce((sum, n) => sum + n, 0);
  } catch (error) {
    if (config.database.target.type !== 'sqlite') throw error;
    if (!yes) throw new RestoreUnconfirmedError('cannot be read');
    return;
  }
  if (rows > 0 && !yes) throw new RestoreUnconfirmedError(`holds ${rows} rows`);
}

function requireFit(config: Readonly<FeedbackLoopConfig>, manifest: BackupManifest): void {
  const { type } = config.database.target;
  if (manifest.database !== type)
    throw new RestoreFailedError(
      `The backup is one of ${manifest.database}, and FL_DB_URI names ${type}.`,
      'To move from one to the other use `export` and `import`.',
    );
  const unknown = unknownMigrations(type, manifest);
  if (unknown.length > 0)
    throw new RestoreFailedError(
      `A newer version (${manifest.version}) made the backup: ${unknown.join(', ')} are not known here.`,
      'Install that version, or a newer one.',
    );
}

function warningsOf(config: Readonly<FeedbackLoopConfig>, manifest: BackupManifest): string[] {
  const warnings: string[] = [];
  if (!new FieldCipher(config).knows(manifest.encryption_key_id))
    warnings.push(
      `Encrypted values were sealed with the key ${manifest.encryption_key_id}, which this server does not have: put it into FL_ENCRYPTION_KEY, or they cannot be read.`,
    );
  if (manifest.blobs === 's3')
    warnings.push('Pictures are in S3 and were not in the backup: they are where they were.');
  if (manifest.blobs === 'files' && config.pictures.store !== 'directory')
    warnings.push('Pictures were restored to a folder: set FL_BLOB_STORE=directory, or move them by `blobs move`.');
  return warnings;
}

async function putBack(from: string, to: string): Promise<number> {
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
