import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command } from 'commander';
import type { AppError } from '#kernel';
import { configFromEnvironment, describeDatabase } from '#config';
import type { TransferKind } from '#persistence';
import type { ImportReport } from '#transfer';
import { note, print, printJson } from './output.js';
import { DEFAULT_TENANT, formatOf, KINDS, tenantNamed, toKind } from './record-arguments.js';
import { withApp } from './with-app.js';

const FORMATS = ['csv', 'jsonl'] as const;
const SHOWN = 20;
const PROGRESS_EVERY = 10_000;
const FAILED = 1;
const USAGE = 2;

interface ImportOptions {
  from?: string;
  format?: string;
  refused?: string;
  source?: string;
  ids?: string;
  tenant: string;
  json?: boolean;
}

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .argument('[kind]', KINDS, toKind)
    .argument('[file]', '.csv or .jsonl, as `export` writes them; - is standard input')
    .description('read records from a file, or move an older system in')
    .option('--from <database>', 'of an older system: the path of a SQLite file, or postgresql://user@host/name')
    .option('--format <format>', `${FORMATS.join(', ')}; default: as the file is called`)
    .option('--source <name>', 'with --from: tells apart older databases that are called the same')
    .option('--ids <file>', 'with --from: write there which id each older record has now, as JSON lines')
    .option('--refused <file>', 'write what is refused there, as JSON lines with the reason')
    .option('--tenant <slug>', 'whose records they become', DEFAULT_TENANT)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nAn import may be repeated: what is there is left alone. A record without an id is told by the name of the file, its line and what it says,\nif it has a time; from standard input it is new each time. One that was stopped goes on where it stopped.\nExit code 1: some lines were refused.',
    )
    .action(
      async (kind: TransferKind | undefined, file: string | undefined, options: ImportOptions, command: Command) => {
        if (options.from !== undefined && kind === undefined) {
          const { importOlder } = await import('./import-older.js');
          await importOlder(options.from, options);
        } else if (kind === undefined || file === undefined || options.from !== undefined) {
          note('Say what to import: a kind and a file, or --from with an older database.');
          process.exitCode = USAGE;
          command.outputHelp({ error: true });
        } else {
          const report = await run(kind, file, options);
          if (options.json) printJson({ kind, file, ...report });
          else
            print(
              `${report.imported} imported, ${report.known} there before, ${report.erased} of erased subjects, ${report.refused} refused`,
            );
          if (report.refused > 0) process.exitCode = FAILED;
        }
      },
    );
}

async function run(kind: TransferKind, file: string, options: ImportOptions): Promise<ImportReport> {
  const { ImportProgress, openFile, readLines, TransferService } = await import('#transfer');
  const format = formatOf(FORMATS, file, options.format);
  if (file !== '-') await stat(file);
  const refused =
    options.refused === undefined ? undefined : createWriteStream(options.refused, { mode: 0o600, flags: 'a' });
  const config = configFromEnvironment();
  let shown = 0;
  const onRefused = (line: number, error: AppError): void => {
    refused?.write(`${JSON.stringify({ line, code: error.code, errors: error.errors, detail: error.message })}\n`);
    if (++shown <= SHOWN) note(`line ${line}: ${reasonOf(error)}`);
    else if (shown === SHOWN + 1 && !refused) note('… more; --refused <file> lists them all');
  };
  try {
    return await withApp(async (app) => {
      const tenant = await tenantNamed(app, options.tenant);
      const progress =
        file === '-'
          ? undefined
          : await ImportProgress.of(config.server.dataDir, {
              // One that was made anew is another, whatever its address.
              database: `${describeDatabase(config.database.target)} ${tenant.createdAt}`,
              file,
              kind,
              tenantId: tenant.tenantId,
            });
      const before = await progress?.read();
      if (before) note(`goes on behind line ${before.lines}`);
      let noted = before?.lines ?? 0;
      const report = await app.get(TransferService).import(tenant, kind, readLines(openFile(file), format), {
        ...(before ? { before } : {}),
        ...(file === '-' ? {} : { source: basename(file) }),
        onRefused,
        onProgress: async (done) => {
          await progress?.write(done);
          if (done.lines - noted < PROGRESS_EVERY) return;
          noted = done.lines;
          note(`${done.lines} lines: ${done.imported} imported, ${done.known} there before, ${done.refused} refused`);
        },
      });
      await progress?.clear();
      return report;
    });
  } finally {
    refused?.end();
  }
}

function reasonOf({ errors, message }: AppError): string {
  if (!errors || errors.length === 0) return message;
  return errors.map(({ message: why, path }) => `${path} ${why}`.trim()).join('; ');
}
