import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { configFromEnvironment, describeDatabase } from '#config';
import { note, print, printJson } from './output.js';
import { withApp } from './with-app.js';

const USAGE = 2;

interface BackupOptions {
  to?: string;
  check?: string;
  keepDays?: number;
  json?: boolean;
}

interface RestoreOptions {
  from: string;
  yes?: boolean;
  ledger?: string[];
  json?: boolean;
}

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description(
      'back up the database, and screenshots that are stored in a folder, to one checked file; servers may be running',
    )
    .option(
      '--to <file>',
      'a new file that ends with .zip, or a folder, where the backup is named after its database and the time',
    )
    .option(
      '--keep-days <n>',
      'then delete old backups of this database in that folder, so that none is older than n days if a backup is made every day',
      toDays,
    )
    .option('--check <file>', 'read a backup as a restore would, without changing anything')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA backup does not contain the keys (FL_SECRET_KEY and FL_ENCRYPTION_KEY, or secret.key and encryption.key), which must be kept\n' +
        'elsewhere, the spool, and erasures.jsonl, which a restore needs to repeat the erasures since the backup.',
    )
    .action(async (options: BackupOptions, command: Command) => {
      if (options.check !== undefined) await check(options.check, options);
      else if (options.to !== undefined) await backup(options.to, options);
      else {
        note('Name the file to write (--to <file>) or the backup to check (--check <file>).');
        process.exitCode = USAGE;
        command.outputHelp({ error: true });
      }
    });
}

export function addRestoreCommand(program: Command): void {
  program
    .command('restore')
    .description('replace the database with a backup, while no server is running; the previous database is kept')
    .requiredOption('--from <file>', 'the backup')
    .option('--yes', 'confirm that existing rows are replaced')
    .option('--ledger <files...>', 'further ledgers of erasures to apply again, besides erasures.jsonl in FL_DATA_DIR')
    .option('--json', 'print JSON')
    .action(restore);
}

async function backup(to: string, { json, keepDays }: BackupOptions): Promise<void> {
  const { makeBackup } = await import('#backup');
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  const result = await makeBackup(config, to, { onProgress: note, ...(keepDays === undefined ? {} : { keepDays }) });
  const { bytes, deleted, file, manifest } = result;
  if (json) printJson({ file, bytes, deleted, rows: manifest.rows, created_at: manifest.created_at });
  else {
    print(`${file}  ${Math.ceil(bytes / 1024)} KiB  ${totalOf(manifest.rows)} rows, checked`);
    for (const path of deleted) note(`deleted ${path}`);
  }
}

async function check(file: string, { json }: BackupOptions): Promise<void> {
  const { checkBackup } = await import('#backup');
  const manifest = await checkBackup(file, note);
  if (json) printJson({ file, ok: true, ...manifest, sha256: undefined });
  else
    print(
      `${file}: complete; ${manifest.database}, made ${manifest.created_at} by ${manifest.version}, ${totalOf(manifest.rows)} rows, key ${manifest.encryption_key_id}`,
    );
}

async function restore({ from, json, ledger, yes = false }: RestoreOptions): Promise<void> {
  const [
    { restoreBackup, RestoreUnconfirmedError },
    { ErasureLedger, ErasureReapplyService },
    { createCopier, KeysMismatchError },
  ] = await Promise.all([import('#backup'), import('#subjects'), import('#persistence')]);
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  const ledgerPath = join(config.server.dataDir, 'erasures.jsonl');
  for (const file of ledger ?? []) {
    if (await isReadable(file)) continue;
    note(`Nothing was restored: ${file} cannot be read.`);
    process.exitCode = USAGE;
    return;
  }
  // The database that is replaced knows the erasures of all servers.
  const knownErasures = await createCopier(config)
    .erasures()
    .catch((error: unknown) => {
      note(`The erasures in the current database cannot be read: ${(error as Error).message}`);
      return [];
    });
  await new ErasureLedger(config).append(knownErasures);
  let restored;
  try {
    restored = await restoreBackup(config, from, { yes, onProgress: note });
  } catch (error) {
    if (!(error instanceof RestoreUnconfirmedError)) throw error;
    note(`Nothing was restored. ${error.message} ${error.remedy}`);
    process.exitCode = USAGE;
    return;
  }
  // Runs before any server starts, because the backup contains the subjects that were erased since it was made.
  const { erasedAgain, refusal } = await withApp((app) => app.get(ErasureReapplyService).reapply(ledger)).then(
    (count) => ({ erasedAgain: count, refusal: undefined }),
    (error: unknown) => {
      // No server serves it with these keys either, so the erasures can follow.
      if (!(error instanceof KeysMismatchError)) throw error;
      return { erasedAgain: 0, refusal: error };
    },
  );
  if (refusal)
    restored.warnings.push(
      `Erasures were not applied again. ${refusal.detail} ${refusal.remedy} Then run \`feedback-loop erase --reapply\`.`,
    );
  const { former, manifest, migrated, screenshots } = restored;
  const hasLedger = knownErasures.length > 0 || ledger !== undefined || (await isReadable(ledgerPath));
  const warnings = hasLedger
    ? restored.warnings
    : [
        ...restored.warnings,
        `${ledgerPath} is missing. If a subject was erased since the backup was made, it is in the database again: copy the ledger there and run \`feedback-loop erase --reapply\`.`,
      ];
  if (json)
    printJson({
      former,
      rows: manifest.rows,
      made_at: manifest.created_at,
      migrated,
      pictures: screenshots,
      erased_again: erasedAgain,
      warnings,
    });
  else {
    print(`Restored the state of ${manifest.created_at}: ${totalOf(manifest.rows)} rows, ${screenshots} screenshots.`);
    if (migrated.length > 0) print(`Migrated: ${migrated.join(', ')}`);
    if (erasedAgain > 0) print(`Erased again: ${erasedAgain} subjects that were erased since the backup.`);
    if (former) print(`The previous database is kept as ${former}: delete it once you have checked the restored one.`);
  }
  for (const warning of warnings) note(`WARNING: ${warning}`);
}

function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function totalOf(rows: Record<string, number>): number {
  return Object.values(rows).reduce((sum, n) => sum + n, 0);
}

function toDays(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('must be a whole number of days, 1 or more');
  return Number(value);
}
