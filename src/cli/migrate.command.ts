import { type Command, InvalidArgumentError } from 'commander';
import { configFromEnvironment, describeDatabase } from '#config';
import type { Migrator, StoredTables } from '#persistence';
import { confirm } from './confirm.js';
import { checkGenerated, writeGenerated } from './generated-file.js';
import { note, print, printJson } from './output.js';
import { withUnstartedApp } from './with-unstarted-app.js';

interface JsonOption {
  json?: boolean;
}

/** Exit code of `migrate check` if migrations are pending or the schema differs. */
const PENDING = 3;
const USAGE = 2;
const LOCKED_FILE_MS = 30_000;

async function createMigrator(): Promise<Migrator> {
  const { Migrator } = await import('#persistence');
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  return new Migrator(config, () => note('Waiting for another process that is migrating …'), LOCKED_FILE_MS);
}

export function addMigrateCommand(program: Command): void {
  const migrate = program.command('migrate').description('change the database schema');
  addDocsCommand(migrate);

  migrate
    .command('up')
    .description('apply all pending migrations; several processes may run this at the same time')
    .option('--json', 'print JSON')
    .action(async ({ json }: JsonOption) => {
      const migrator = await createMigrator();
      const applied = await migrator.up();
      if (json) printJson({ applied });
      else
        print(applied.length === 0 ? 'Nothing to do.' : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`);
      await writeFirstKey(migrator);
    });

  migrate
    .command('from-sqlite')
    .argument('<file>', 'SQLite database, for example feedback-loop.db')
    .description('copy a SQLite database to the empty PostgreSQL database of FL_DB_URI, while no server is running')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nAll rows are copied, or none. Only the journal mode of the SQLite file changes, and a server sets it again. Keep FL_DATA_DIR, because the keys, the spool and screenshots in a folder are not copied.',
    )
    .action(fromSqlite);

  migrate
    .command('down')
    .description('revert the latest migration, while no server is running; this drops its tables and their data')
    .option('--steps <n>', 'number of migrations', positiveInteger, 1)
    .option('--yes', 'confirm that the tables and their rows are deleted')
    .option('--json', 'print JSON')
    .action(revert);

  migrate
    .command('status')
    .description('list applied and pending migrations')
    .option('--json', 'print JSON')
    .action(async ({ json }: JsonOption) => {
      const status = await (await createMigrator()).status();
      if (json) {
        printJson(status);
        return;
      }
      for (const name of status.applied) print(`applied  ${name}`);
      for (const name of status.pending) print(`pending  ${name}`);
      if (status.unknown.length > 0) note('Applied by a newer version of feedback-loop: ' + status.unknown.join(', '));
    });

  migrate
    .command('check')
    .description(`compare the schema with the code; exit code ${PENDING} if they differ`)
    .option('--json', 'print JSON')
    .action(async ({ json }: JsonOption) => {
      const migrator = await createMigrator();
      const { pending } = await migrator.status();
      const drift = pending.length === 0 ? await migrator.drift(await entities()) : [];
      if (json) printJson({ pending, drift });
      else if (pending.length > 0) print(`Pending:\n${pending.map((name) => `  ${name}`).join('\n')}`);
      else if (drift.length > 0)
        print(`The schema differs from the code:\n${drift.map((text) => `  ${text}`).join('\n')}`);
      else print('The schema matches the code.');
      if (pending.length + drift.length > 0) process.exitCode = PENDING;
    });
}

/** Returns the entities of all tables. Features declare most of them, so the application must be loaded. */
async function entities(): Promise<StoredTables['entities']> {
  const { StoredTables } = await import('#persistence');
  return withUnstartedApp((app) => app.get(StoredTables).entities);
}

/** Writes the first key if the database has no keys yet, as the first start of a server does. */
async function writeFirstKey(migrator: Migrator): Promise<void> {
  const { KeyFileError, makeFirstKey } = await import('#security');
  try {
    const path = await makeFirstKey(configFromEnvironment(), migrator);
    if (path) note(`The first key, which has every scope, is in ${path}.`);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    note(
      'No first key was created, because FL_DATA_DIR is not writable. The first server whose folder is writable creates it.',
    );
  }
}

function addDocsCommand(migrate: Command): void {
  migrate
    .command('docs')
    .description('print the schema page; --write and --check are for developers of feedback-loop')
    .option('--write', 'write docs/schema.md')
    .option('--check', 'fail if it differs from the code')
    .action(async ({ write, check }: { write?: boolean; check?: boolean }) => {
      const { schemaPage } = await import('#persistence');
      const content = schemaPage(await entities());
      const files = [{ path: 'docs/schema.md', content }];
      if (check) checkGenerated(files);
      else if (write) writeGenerated(files);
      else print(content);
    });
}

async function revert({ json, steps, yes }: JsonOption & { steps: number; yes?: boolean }): Promise<void> {
  const migrator = await createMigrator();
  const found = await migrator.revertedBy(steps);
  for (const { columns, migration, tables } of found) {
    note(`${migration} would be reverted. It deletes:`);
    for (const { rows, table } of tables) note(`  table ${table} with ${rows} rows`);
    for (const { column, rows, table } of columns) note(`  column ${table}.${column} with ${rows} values`);
    if (tables.length + columns.length === 0) note('  no records');
  }
  const isConfirmed =
    found.length === 0 || (await confirm({ yes, undone: 'Nothing was reverted', action: 'delete this data' }));
  if (!isConfirmed) return;
  const reverted = found.length === 0 ? [] : await migrator.down(found.length);
  if (json) printJson({ reverted, deleted: found });
  else
    print(
      reverted.length === 0 ? 'Nothing to revert.' : `Reverted:\n${reverted.map((name) => `  ${name}`).join('\n')}`,
    );
}

async function fromSqlite(file: string, { json }: JsonOption): Promise<void> {
  const {
    database: { target: database },
  } = configFromEnvironment();
  if (database.type === 'sqlite') {
    note('Nothing was copied: FL_DB_URI must name the target PostgreSQL database.');
    process.exitCode = USAGE;
    return;
  }
  const { SqliteToPostgres } = await import('#persistence');
  const migrator = await createMigrator();
  const prepare = async (times: readonly number[]): Promise<void> => {
    await migrator.up();
    await migrator.ensurePartitions(times);
  };
  const rows = await new SqliteToPostgres(file, database.directUri, await entities()).move(prepare, note);
  const total = Object.values(rows).reduce((sum, n) => sum + n, 0);
  if (json) printJson({ file, rows, total });
  else
    print(
      `${total} rows copied and counted in both databases. Start the servers with this FL_DB_URI, and keep ${file} until you have checked them.`,
    );
}

function positiveInteger(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError('must be a whole number of 1 or more');
  return Number(value);
}
