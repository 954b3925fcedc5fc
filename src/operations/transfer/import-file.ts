import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { AppError, ValidationError } from '#kernel';
import { readJsonLines } from '#http';
import type { TransferKind } from '#persistence';
import type { ImportLine, ImportReport } from './transfer.service.js';

export const IMPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

const MAX_RECORD_CHARACTERS = 2_000_000;
/** An exported text that a spreadsheet would take for a formula starts with an apostrophe. */
const ESCAPED = /^'+[=+\-@\t\r＝＋－＠]/;

/**
 * Reads the lines of a file in order. The first line of a CSV file names the columns. A line that cannot be read is
 * returned with its error.
 *
 * @throws UnreadableFileError (422) if the rest of the file cannot be read
 */
export async function* readLines(body: Readable, format: ImportFormat): AsyncGenerator<ImportLine> {
  if (format === 'jsonl') {
    yield* readJsonLines(body);
    return;
  }
  const parser = body.pipe(
    parse({
      columns: true,
      bom: true,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: MAX_RECORD_CHARACTERS,
      // An empty cell is null; a quoted empty cell is an empty text.
      cast: (value, { header, quoting }) =>
        header ? value : value === '' && !quoting ? null : ESCAPED.test(value) ? value.slice(1) : value,
    }),
  );
  body.once('error', (error) => parser.destroy(error));
  try {
    for await (const { info, record } of parser as AsyncIterable<ReadRecord>) {
      const { error, lines: line } = info;
      // With cells missing or in excess, values cannot be assigned to columns.
      if (error)
        yield {
          line,
          error: new ValidationError([{ path: '', message: 'has a different number of cells than the first line' }]),
        };
      else yield { line, value: record, texts: true };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UnreadableFileError(error.message);
  }
}

interface ReadRecord {
  info: { lines: number; error?: Error };
  record: unknown;
}

/** The end of a line cannot be found, so the rest of the file was not read. */
class UnreadableFileError extends AppError {
  constructor(detail: string) {
    super({
      code: 'file_broken',
      status: 422,
      title: 'The rest of the file cannot be read',
      detail,
      remedy: 'Fix that line and repeat the command. Records that exist already are skipped.',
    });
  }
}

/**
 * Progress of an import, in a file of the data directory. If a command was stopped, the same command continues there.
 * An import with a different database, kind, tenant, path, size or modification time starts from the beginning.
 */
export class ImportProgress {
  private constructor(private readonly path: string) {}

  static async of(
    dataDir: string,
    { database, file, kind, tenantId }: { database: string; file: string; kind: TransferKind; tenantId: string },
  ): Promise<ImportProgress> {
    const { mtimeMs, size } = await stat(file);
    const name = createHash('sha256')
      .update([database, kind, tenantId, resolve(file), size, mtimeMs].join('\n'))
      .digest('hex');
    return new ImportProgress(join(dataDir, 'imports', `${name}.json`));
  }

  async read(): Promise<ImportReport | undefined> {
    const text = await readFile(this.path, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as ImportReport);
  }

  /** Replaces the progress atomically, so that a crash never leaves a partial file. */
  async write(report: ImportReport): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    await writeFile(`${this.path}.new`, JSON.stringify(report), { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
  }

  clear(): Promise<void> {
    return rm(this.path, { force: true });
  }
}

/** Opens a file; `-` is standard input. A stream reports the file system's error when it is read. */
export function openFile(path: string): Readable {
  return path === '-' ? process.stdin : createReadStream(path);
}
