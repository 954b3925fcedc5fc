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
/** What a spreadsheet would have taken for a formula got an apostrophe when it was exported. */
const ESCAPED = /^'+[=+\-@\t\r＝＋－＠]/;

/** The lines of a file as they come; of CSV the first names the columns. A line that cannot be read is one of the answers. */
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
      // An empty cell is nothing; a quoted one is an empty text.
      cast: (value, { header, quoting }) =>
        header ? value : value === '' && !quoting ? null : ESCAPED.test(value) ? value.slice(1) : value,
    }),
  );
  body.once('error', (error) => parser.destroy(error));
  try {
    for await (const { info, record } of parser as AsyncIterable<ReadRecord>) {
      const { error, lines: line } = info;
      // Cells that are missing, or too many: which is which cannot be told.
      if (error)
        yield { line, error: new ValidationError([{ path: '', message: 'has other cells than the first line' }]) };
      else yield { line, value: record, texts: true };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new BrokenFileError(error.message);
  }
}

interface ReadRecord {
  info: { lines: number; error?: Error };
  record: unknown;
}

/** From here on nobody can tell where a line ends: what is behind it was not read. */
class BrokenFileError extends AppError {
  constructor(detail: string) {
    super({
      code: 'file_broken',
      status: 422,
      title: 'The file cannot be read any further',
      detail,
      remedy: 'Mend that line and repeat the command: what is there already is left alone.',
    });
  }
}

/**
 * How far the import of a file has come, kept beside the data: the same command goes on there after it was stopped. Another database, kind,
 * tenant or content of the file is another import.
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

  /** All or nothing, whenever the process ends. */
  async write(report: ImportReport): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    await writeFile(`${this.path}.new`, JSON.stringify(report), { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
  }

  clear(): Promise<void> {
    return rm(this.path, { force: true });
  }
}

/** @throws the file system's error */
export function openFile(path: string): Readable {
  return path === '-' ? process.stdin : createReadStream(path);
}
