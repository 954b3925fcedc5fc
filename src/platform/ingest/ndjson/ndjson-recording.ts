import type { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import { AppError } from '#kernel';
import { BrokenBodyError, type NdjsonLine, ProblemSchema, readNdjson, toAppError, toProblem } from '#http';
import type { Durability } from '../commit/durability.js';
import { IdsTakenError } from '../errors.js';

/** The last line of the response. */
const NdjsonSummarySchema = Type.Object(
  {
    accepted: Type.Integer({ description: 'Number of lines in the database.' }),
    spooled: Type.Integer({ description: 'Number of lines in the spool.' }),
    refused: Type.Integer({ description: 'Number of lines that were refused.' }),
  },
  { $id: 'NdjsonSummary' },
);
/** A line of the response for each line of the request that was refused. */
const RefusedLineSchema = Type.Intersect(
  [Type.Object({ line: Type.Integer({ description: 'Number of the line in the request, from 1.' }) }), ProblemSchema],
  { $id: 'RefusedLine' },
);
/** One line of the response. */
export const NdjsonResultSchema = Type.Union([RefusedLineSchema, NdjsonSummarySchema], {
  $id: 'NdjsonResult',
  description: 'One line of the response: a refused line of the request, or, as the last line, the counts.',
});

/** What a line becomes. */
export interface NdjsonItem<T> {
  id: string;
  /** The caller chose its id. */
  chosenId: boolean;
  record: T;
}

/** Who records the lines. */
export interface NdjsonSink<T> {
  /** @throws AppError when the line is refused */
  read(value: unknown): NdjsonItem<T>;
  /** All of them in one transaction. */
  record(records: readonly T[], options: { chosenIds: boolean }): Promise<Durability>;
  /** Resolves when the next batch may be sent without crowding out single requests. */
  room(): Promise<void>;
}

const BATCH_ROWS = 500;
/** Of lines as they came: large ones must not add up to more than the queue of the writer takes. */
const BATCH_BYTES = 1_048_576;

/** Others must not wait longer than this for a caller's lines, whatever becomes of them. */
const TURN_MS = 5;
/** So many refused lines at the beginning, and none that is good, are another kind of file. */
const MAX_REFUSED_FIRST = 10_000;
/** What nobody reads is taken for so long. */
const DROP_MS = 15_000;

/** Nothing was taken of what has been read: the rest would only cost time. */
class NothingTakenError extends AppError {
  constructor() {
    super({
      code: 'nothing_accepted',
      status: 422,
      title: 'Nothing accepted',
      detail: `The first ${MAX_REFUSED_FIRST} lines were all refused: the rest was not read.`,
    });
  }
}

/** A line that has been read. */
export interface Checked<T> extends NdjsonItem<T> {
  line: number;
}

/**
 * Records an NDJSON body of any length at flat memory.
 *
 * Yields one line of JSON for each refused item (`line` and its problem), and at the end `{accepted, spooled, refused}`. What a
 * batch could not store is refused line by line, so that the caller knows exactly what to send again.
 * @throws AppError 503 when already the first batch cannot be stored: nothing was, and the whole body may be sent again.
 */
export async function* recordNdjson<T>(
  sink: NdjsonSink<T>,
  body: Readable,
  correlationId: string,
): AsyncGenerator<string> {
  const counts = { accepted: 0, spooled: 0, refused: 0 };
  const refuse = (line: number, error: AppError): string => {
    counts.refused += 1;
    return `${JSON.stringify({ line, ...toProblem(error, correlationId) })}\n`;
  };
  let batch: Checked<T>[] = [];
  const store = async (): Promise<string> => {
    const rows = batch;
    batch = [];
    if (rows.length === 0) return '';
    // Streams are many rows at once: they wait for room, single requests do not.
    await sink.room();
    const { stored, spooled, refused } = await storeInBatches(
      (records, options) => sink.record(records, options),
      rows,
    );
    counts.accepted += stored;
    counts.spooled += spooled;
    const retryable = refused[0]?.error.retryable === true;
    if (retryable && counts.accepted + counts.spooled + counts.refused === 0) throw refused[0]?.error as AppError;
    return refused.map(({ line, error }) => refuse(line, error)).join('');
  };
  let broken: AppError | undefined;
  let line = 0;
  let batchBytes = 0;
  let turned = performance.now();
  try {
    for await (const item of readNdjson(body)) {
      line = item.line;
      if (performance.now() - turned > TURN_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        turned = performance.now();
      }
      const checked = check(sink, item);
      if ('error' in checked) {
        yield refuse(item.line, checked.error);
        if (counts.refused >= MAX_REFUSED_FIRST && counts.accepted + counts.spooled + batch.length === 0) {
          broken = new NothingTakenError();
          dropRest(body);
          break;
        }
      } else batch.push(checked);
      batchBytes += 'bytes' in item ? item.bytes : 0;
      if (batch.length >= BATCH_ROWS || batchBytes >= BATCH_BYTES) {
        batchBytes = 0;
        const lines = await store();
        if (lines !== '') yield lines;
      }
    }
  } catch (error) {
    if (!(error instanceof BrokenBodyError)) throw error;
    // The body stalled or broke off: what had arrived whole is stored all the same, and the answer says how far it came.
    broken = error.problem;
  }
  const lines = await store();
  if (lines !== '') yield lines;
  if (broken !== undefined) {
    if (counts.accepted + counts.spooled + counts.refused === 0) throw broken;
    yield refuse(line + 1, broken);
  }
  yield `${JSON.stringify(counts)}\n`;
}

/** A client that sends before it reads would wait for ever for somebody to take the rest. */
function dropRest(body: Readable): void {
  const timer = setTimeout(() => body.destroy(), DROP_MS).unref();
  body.once('close', () => clearTimeout(timer));
  // The reader lets go of it in a moment, and pauses it then.
  setImmediate(() => body.resume());
}

function check<T>(sink: NdjsonSink<T>, item: NdjsonLine): Checked<T> | { error: AppError } {
  if ('error' in item) return item;
  try {
    return { line: item.line, ...sink.read(item.value) };
  } catch (error) {
    return { error: toAppError(error) };
  }
}

/** What became of them; `stored` are in the database. */
export interface StoredBatch {
  stored: number;
  spooled: number;
  refused: { line: number; error: AppError }[];
}

/** A batch that the database refuses because of its data is halved until the bad rows stand alone. */
export async function storeInBatches<T>(record: NdjsonSink<T>['record'], rows: Checked<T>[]): Promise<StoredBatch> {
  try {
    const persisted = await record(
      rows.map(({ record }) => record),
      { chosenIds: rows.some(({ chosenId }) => chosenId) },
    );
    const inDatabase = persisted === 'database';
    return { stored: inDatabase ? rows.length : 0, spooled: inDatabase ? 0 : rows.length, refused: [] };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error instanceof IdsTakenError) return withoutTaken(record, rows, error);
    if (error.retryable || rows.length === 1) {
      return { stored: 0, spooled: 0, refused: rows.map(({ line }) => ({ line, error })) };
    }
    const half = Math.ceil(rows.length / 2);
    const first = await storeInBatches(record, rows.slice(0, half));
    const second = await storeInBatches(record, rows.slice(half));
    return {
      stored: first.stored + second.stored,
      spooled: first.spooled + second.spooled,
      refused: [...first.refused, ...second.refused],
    };
  }
}

/** Rows whose id is taken are tried alone: of two with one id the first may be the record that is stored. The rest is there. */
async function withoutTaken<T>(
  record: NdjsonSink<T>['record'],
  rows: Checked<T>[],
  error: IdsTakenError,
): Promise<StoredBatch> {
  const [first] = rows;
  if (rows.length === 1 && first) return { stored: 0, spooled: 0, refused: [{ line: first.line, error }] };
  const isTaken = ({ id }: Checked<T>): boolean => error.ids.includes(id);
  const rest = rows.filter((row) => !isTaken(row));
  const parts = [...(rest.length > 0 ? [rest] : []), ...rows.filter(isTaken).map((row) => [row])];
  const sum: StoredBatch = { stored: 0, spooled: 0, refused: [] };
  for (const part of parts) {
    const { stored, spooled, refused } = await storeInBatches(record, part);
    sum.stored += stored;
    sum.spooled += spooled;
    sum.refused.push(...refused);
  }
  return sum;
}
