import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type AppError, isEncoding } from '#kernel';
import { configFromEnvironment, describeDatabase } from '#config';
import type { TransferKind } from '#persistence';
import type { ImportReport } from '#transfer';
import { note, print, printJson } from './output.js';
import { DEFAULT_TENANT, formatOf, KINDS, tenantNamed, toKind } from './record-arguments.js';
import { withApp } from './with-app.js';

const FORMATS = ['csv', 'jsonl'] as const;
const MAX_SHOWN = 20;
const PROGRESS_EVERY = 10_000;
const FAILED = 1;
const USAGE = 2;

interface ImportOptions {
  from?: string;
  format?: string;
  encoding: string;
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
    .argument('[file]', '.csv or .jsonl file, as written by `export`; - for standard input')
    .description('import records from a file, or from the database of a legacy system')
    .option('--from <database>', 'database of a legacy system: path of a SQLite file, or postgresql://user@host/name')
    .option('--format <format>', `${FORMATS.join(', ')}; default: from the file name`)
    .option(
      '--encoding <name>',
      'encoding of the file, or of texts that a legacy SQLite database holds as bytes, such as windows-1252',
      toEncoding,
      'utf-8',
    )
    .option('--source <name>', 'with --from: distinguishes legacy databases that have the same name')
    .option('--ids <file>', 'with --from: file for the new id of each legacy record, as JSON lines')
    .option('--refused <file>', 'file for refused records and reasons, as JSON lines')
    .option('--tenant <slug>', 'tenant that receives the records', DEFAULT_TENANT)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nAn import may be repeated: records that exist already are skipped. A record without an id is recognized by file name, line and content,\nif it has a time; from standard input it is always new. An import that was stopped continues where it stopped.\nExit code 1: lines were refused.',
    )
    .action(
      async (kind: TransferKind | undefined, file: string | undefined, options: ImportOptions, command: Command) => {
        if (options.from !== undefined && kind === undefined) {
          const { importLegacy } = await import('./import-legacy.js');
          await importLegacy(options.from, options);
        } else if (kind === undefined || file === undefined || options.from !== undefined) {
          note('Say what to import: a kind and a file, or --from with the database of a legacy system.');
          process.exitCode = USAGE;
          command.outputHelp({ error: true });
        } else {
          const report = await run(kind, file, options);
          if (options.json) printJson({ kind, file, ...report });
          else
            print(
              `${report.imported} imported, ${report.known} existing, ${report.erased} of erased subjects, ${report.refused} refused`,
            );
          if (report.refused > 0) process.exitCode = FAILED;
        }
      },
    );
}

function toEncoding(name: string): string {
  if (!isEncoding(name)) throw new InvalidArgumentError('must be the name of an encoding, such as windows-1252.');
  return name;
}

async function run(kind: TransferKind, file: string, options: ImportOptions): Promise<ImportReport> {
  const { ImportProgress, openFile, readLines, TransferService } = await import('#transfer');
  const format = formatOf(FORMATS, file, options.format);
  if (file !== '-') await stat(file);
  const refused =
    options.refused === undefined ? undefined : createWriteStream(options.refused, { mode: 0o600, flags: 'a' });
  const config = configFromEnvironment();
  let refusals = 0;
  const onRefused = (line: number, error: AppError): void => {
    refused?.write(`${JSON.stringify({ line, code: error.code, errors: error.errors, detail: error.message })}\n`);
    if (++refusals <= MAX_SHOWN) note(`line ${line}: ${reasonOf(error)}`);
    else if (refusals === MAX_SHOWN + 1 && !refused) note('… more; --refused <file> lists them all');
  };
  try {
    return await withApp(async (app) => {
      const tenant = await tenantNamed(app, options.tenant);
      const progress =
        file === '-'
          ? undefined
          : await ImportProgress.of(config.server.dataDir, {
              // A database that was created again at the same address is a different database.
              database: `${describeDatabase(config.database.target)} ${tenant.createdAt}`,
              file,
              kind,
              tenantId: tenant.tenantId,
            });
      const before = await progress?.read();
      if (before) note(`continuing after line ${before.lines}`);
      let reportedLines = before?.lines ?? 0;
      const report = await app
        .get(TransferService)
        .import(tenant, kind, readLines(openFile(file), format, options.encoding), {
          ...(before ? { before } : {}),
          ...(file === '-' ? {} : { source: basename(file) }),
          onRefused,
          onProgress: async (done) => {
            await progress?.write(done);
            if (done.lines - reportedLines < PROGRESS_EVERY) return;
            reportedLines = done.lines;
            note(`${done.lines} lines: ${done.imported} imported, ${done.known} existing, ${done.refused} refused`);
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
