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
      'copy the database, and pictures that are kept in a folder, to one checked file, beside running servers',
    )
    .option('--to <file>', 'a file, or a folder, in which it gets a name of its own')
    .option(
      '--keep-days <n>',
      'delete older ones in that folder afterwards: none is older than that when the next is made a day later',
      toDays,
    )
    .option('--check <file>', 'read a backup as a restore would, and change nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nNot in it: the keys (FL_SECRET_KEY and FL_ENCRYPTION_KEY, or secret.key and encryption.key), which must be kept elsewhere, the\n' +
        'spool, and erasures.jsonl, which a restore needs to erase again who was erased since.',
    )
    .action(async (options: BackupOptions, command: Command) => {
      if (options.check !== undefined) await check(options.check, options);
      else if (options.to !== undefined) await backup(options.to, options);
      else {
        note('Say where to: --to <file>, or which one to check: --check <file>.');
        process.exitCode = USAGE;
        command.outputHelp({ error: true });
      }
    });
}

export function addRestoreCommand(program: Command): void {
  program
    .command('restore')
    .description('put a backup in the place of the database, while no server runs; what was there is kept aside')
    .requiredOption('--from <file>', 'the backup')
    .option('--yes', 'also when the database holds something')
    .option('--ledger <files...>', 'erasures to apply again, beside erasures.jsonl of FL_DATA_DIR')
    .option('--json', 'print JSON')
    .action(restore);
}

async function backup(to: string, { json, keepDays }: BackupOptions): Promise<void> {
  const { makeBackup } = await import('#backup');
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  const made = await makeBackup(config, to, { onProgress: note, ...(keepDays === undefined ? {} : { keepDays }) });
  const { bytes, deleted, file, manifest } = made;
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
      `${file}: whole; ${manifest.database}, made ${manifest.created_at} by ${manifest.version}, ${totalOf(manifest.rows)} rows, key ${manifest.encryption_key_id}`,
    );
}

async function restore({ from, json, ledger, yes = false }: RestoreOptions): Promise<void> {
  const [{ restoreBackup, RestoreUnconfirmedError }, { ErasureLedger, ErasureReapplyService }, { createCopier }] =
    await Promise.all([import('#backup'), import('#subjects'), import('#persistence')]);
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  const erasures = join(config.server.dataDir, 'erasures.jsonl');
  for (const file of ledger ?? []) {
    if (await readable(file)) continue;
    note(`Nothing was restored: ${file} cannot be read.`);
    process.exitCode = USAGE;
    return;
  }
  // The database that is replaced knows whom any server has erased.
  const erased = await createCopier(config)
    .erasures()
    .catch((error: unknown) => {
      note(`What the present database knows of erasures cannot be read: ${(error as Error).message}`);
      return [];
    });
  await new ErasureLedger(config).note(erased);
  let restored;
  try {
    restored = await restoreBackup(config, from, { yes, onProgress: note });
  } catch (error) {
    if (!(error instanceof RestoreUnconfirmedError)) throw error;
    note(`Nothing was restored. ${error.message} ${error.remedy}`);
    process.exitCode = USAGE;
    return;
  }
  // Before anybody is served: who was erased since the backup was made is in it again.
  const again = await withApp((app) => app.get(ErasureReapplyService).reapply(ledger));
  const { former, manifest, migrated, pictures } = restored;
  const isWhole = erased.length > 0 || ledger !== undefined || (await readable(erasures));
  const warnings = isWhole
    ? restored.warnings
    : [
        ...restored.warnings,
        `There is no ${erasures}: whoever was erased since the backup was made is there again. Put the ledger there and run \`feedback-loop erase --reapply\`.`,
      ];
  if (json)
    printJson({
      former,
      rows: manifest.rows,
      made_at: manifest.created_at,
      migrated,
      pictures,
      erased_again: again,
      warnings,
    });
  else {
    print(`Restored what was there at ${manifest.created_at}: ${totalOf(manifest.rows)} rows, ${pictures} pictures.`);
    if (migrated.length > 0) print(`Migrated: ${migrated.join(', ')}`);
    if (again > 0) print(`${again} subjects that were erased since have been erased again.`);
    if (former) print(`What was there is kept as ${former}: delete it when you are content.`);
  }
  for (const warning of warnings) note(`WARNING: ${warning}`);
}

function readable(path: string): Promise<boolean> {
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
