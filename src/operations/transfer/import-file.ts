import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { decodeText, ValidationError } from '#kernel';
import { readJsonLines } from '#http';
import { toUtf8 } from './encoding.js';
import { UnreadableFileError } from './errors.js';
import type { ImportLine } from './transfer.service.js';

export const IMPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

const MAX_RECORD_CHARACTERS = 2_000_000;
/** An exported text that a spreadsheet would take for a formula starts with an apostrophe. */
const ESCAPED = /^'+[=+\-@\t\r＝＋－＠]/;
/** Takes the place of a cell that is not UTF-8. */
const UNDECODED = Symbol('undecoded');
const NOT_UTF8 = 'is not valid UTF-8: name the encoding of the file with --encoding, such as windows-1252';

/**
 * Reads the lines of a file in order. The first line of a CSV file names the columns. A line that cannot be read is
 * returned with its error.
 *
 * @param encoding of the file, which may be any that the WHATWG standard names
 * @throws UnreadableFileError (422) if the rest of the file cannot be read
 */
export async function* readLines(body: Readable, format: ImportFormat, encoding = 'utf-8'): AsyncGenerator<ImportLine> {
  const decoded = Readable.from(toUtf8(body, encoding), { objectMode: false });
  if (format === 'jsonl') yield* readJsonLines(decoded);
  else yield* readCsv(decoded);
}

async function* readCsv(body: Readable): AsyncGenerator<ImportLine> {
  // In a quoted cell, the parser counts CR LF as two lines, because each of them also ends a line.
  let surplus = 0;
  const surplusBefore = new WeakMap<object, number>();
  const parser = body.pipe(
    parse({
      columns: toColumns,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      // A file may mix line ends; the parser would otherwise expect those of the first line everywhere.
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: MAX_RECORD_CHARACTERS,
      // One character for each byte, because the parser would replace bytes that are not UTF-8 without an error.
      encoding: 'latin1',
      cast: (value, { header, quoting }) => {
        if (quoting) surplus += value.split('\r\n').length - 1;
        return header ? value : readCell(value, quoting);
      },
      on_record: (read: object) => {
        surplusBefore.set(read, surplus);
        return read;
      },
    }),
  );
  body.once('error', (error) => parser.destroy(error));
  try {
    for await (const read of parser as AsyncIterable<ReadRecord>) {
      const { info, record } = read;
      const { error } = info;
      const line = info.lines - (surplusBefore.get(read) ?? 0);
      const undecoded = Object.keys(record).filter((name) => record[name] === UNDECODED);
      // With cells missing or in excess, values cannot be assigned to columns.
      if (error)
        yield {
          line,
          error: new ValidationError([{ path: '', message: 'has a different number of cells than the first line' }]),
        };
      else if (undecoded.length > 0)
        yield { line, error: new ValidationError(undecoded.map((path) => ({ path, message: NOT_UTF8 }))) };
      else yield { line, value: record, texts: true };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UnreadableFileError(error.message);
  }
}

interface ReadRecord {
  info: { lines: number; error?: Error };
  record: Record<string, unknown>;
}

/** Returns the names of the columns. @throws UnreadableFileError if one of them is there twice */
function toColumns(cells: readonly string[]): string[] {
  const names = cells.map((cell) => decodeText(Buffer.from(cell, 'latin1')));
  if (names.includes(undefined)) throw new UnreadableFileError(`The first line ${NOT_UTF8}.`);
  const repeated = names.filter((name, i) => names.indexOf(name) < i);
  if (repeated.length > 0)
    throw new UnreadableFileError(`The first line names the column ${[...new Set(repeated)].join(', ')} twice.`);
  return names as string[];
}

/** An empty cell is null; a quoted empty cell is an empty text. */
function readCell(cell: string, isQuoted: boolean): string | null | typeof UNDECODED {
  if (cell === '') return isQuoted ? '' : null;
  const text = decodeText(Buffer.from(cell, 'latin1'));
  if (text === undefined) return UNDECODED;
  return ESCAPED.test(text) ? text.slice(1) : text;
}

/** Opens a file; `-` is standard input. A stream reports the file system's error when it is read. */
export function openFile(path: string): Readable {
  return path === '-' ? process.stdin : createReadStream(path);
}
