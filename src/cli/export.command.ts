import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command } from 'commander';
import { draftOf, publishFile, requireNewFile } from '#kernel';
import type { TransferKind, TransferRecord } from '#persistence';
import { encode, EXPORT_FORMATS } from '#tabular';
import { note, print, printJson } from './output.js';
import { DEFAULT_TENANT, formatOf, KINDS, tenantNamed, toKind, toTime } from './record-arguments.js';
import { withApp } from './with-app.js';

const PROGRESS_EVERY = 10_000;

interface ExportOptions {
  to: string;
  format?: string;
  since?: number;
  until?: number;
  tenant: string;
  withoutTexts?: boolean;
  json?: boolean;
}

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .argument('<kind>', KINDS, toKind)
    .description('export records to a file, decrypted: protect the file like the database')
    .requiredOption('--to <file>', '.csv, .jsonl or .parquet file; - for standard output')
    .option('--format <format>', `${EXPORT_FORMATS.join(', ')}; default: from the file name`)
    .option('--since <time>', 'start of the range, inclusive (ISO 8601)', toTime)
    .option('--until <time>', 'end of the range, exclusive (ISO 8601)', toTime)
    .option('--tenant <slug>', 'tenant of the records', DEFAULT_TENANT)
    .option('--without-texts', 'omit columns with texts of people')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe file appears once it is complete, and never replaces another. `import` reads CSV and JSON lines; Parquet is for data warehouses.',
    )
    .action(async (kind: TransferKind, options: ExportOptions, command: Command) => {
      const format = formatOf(EXPORT_FORMATS, options.to, options.format);
      if (options.to === '-' && options.json) command.error('error: --json and --to - both write to standard output');
      const records = await run(kind, format, options);
      if (options.json) printJson({ kind, format, file: options.to, records });
      else if (options.to !== '-') print(`${options.to}  ${records} ${kind}`);
    });
}

async function run(
  kind: TransferKind,
  format: (typeof EXPORT_FORMATS)[number],
  { since, tenant, to, until, withoutTexts }: ExportOptions,
): Promise<number> {
  if (to !== '-') requireNewFile(to);
  const { TransferService } = await import('#transfer');
  return withApp(async (app) => {
    const transfers = app.get(TransferService);
    const owner = await tenantNamed(app, tenant);
    let records = 0;
    const counted = async function* (): AsyncGenerator<TransferRecord[]> {
      for await (const page of transfers.pages(owner, kind, { from: since, to: until })) {
        const before = records;
        records += page.length;
        if (Math.floor(records / PROGRESS_EVERY) > Math.floor(before / PROGRESS_EVERY)) note(`${kind}: ${records}`);
        yield page;
      }
    };
    const bytes = Readable.from(encode(format, transfers.columns(kind, !withoutTexts), counted()));
    if (to === '-') await pipeline(bytes, process.stdout, { end: false });
    else {
      const draft = draftOf(to);
      await pipeline(bytes, createWriteStream(draft, { mode: 0o600, flush: true }));
      await publishFile(draft, to);
    }
    return records;
  });
}
