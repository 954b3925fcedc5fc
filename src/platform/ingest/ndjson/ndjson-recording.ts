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
    warnings: Type.Optional(
      Type.Integer({ description: 'Number of accepted lines with a warning; absent if no line has one.' }),
    ),
  },
  { $id: 'NdjsonSummary' },
);
/** A line of the response for each line of the request that was refused. */
const RefusedLineSchema = Type.Intersect(
  [Type.Object({ line: Type.Integer({ description: 'Number of the line in the request, from 1.' }) }), ProblemSchema],
  { $id: 'RefusedLine' },
);
/** A line of the response for each line of the request that was stored, where the caller asks for it. */
const AcceptedLineSchema = Type.Object(
  {
    line: Type.Integer({ description: 'Number of the line in the request, from 1.' }),
    id: Type.String({ format: 'uuid' }),
    feedback_token: Type.String({ description: 'Lets its holder vote on this prediction, without a key.' }),
  },
  { $id: 'AcceptedLine' },
);
/** One line of the response. */
export const NdjsonResultSchema = Type.Union([RefusedLineSchema, AcceptedLineSchema, NdjsonSummarySchema], {
  $id: 'NdjsonResult',
  description:
    'One line of the response: a refused line of the request, a stored one if `return=ids` asks for it, or, as the last ' +
    'line, the counts.',
});

/** The record of a line. */
export interface NdjsonItem<T> {
  id: string;
  /** Whether the caller chose the id. */
  chosenId: boolean;
  record: T;
  /** Whether the response to this record alone would have a warning. */
  hasWarning?: boolean;
}

/** Reads and stores the records of lines. */
export interface NdjsonSink<T> {
  /** Converts the JSON value of a line. @throws AppError when the line is refused */
  read(value: unknown): NdjsonItem<T>;
  /** Stores records in one transaction. */
  record(records: readonly T[], options: { chosenIds: boolean }): Promise<Durability>;
  /** Returns what the response says of a stored line. Without it, stored lines are only counted. */
  accepted?(record: T): Record<string, unknown>;
  /** Resolves when the next batch may be sent without crowding out single requests. */
  room(): Promise<void>;
}

const BATCH_ROWS = 500;
/** Size of the received lines. A batch of large lines must not exceed the queue of the writer. */
const BATCH_BYTES = 1_048_576;

/** Maximum time that lines may block the event loop, and thereby other requests. */
const TURN_MS = 5;
/** After this number of refused lines without an accepted one, the body is assumed to be another kind of file. */
const MAX_REFUSED_FIRST = 10_000;
/** How long the rest of a body is still consumed before the connection is closed. */
const DROP_MS = 15_000;

/** No line was accepted so far. Reading the rest would only cost time. */
class NothingTakenError extends AppError {
  constructor() {
    super({
      code: 'nothing_accepted',
      status: 422,
      title: 'Nothing accepted',
      detail: `The first ${MAX_REFUSED_FIRST} lines were all refused. The rest was not read.`,
    });
  }
}

/** An accepted line with its number. */
export interface Checked<T> extends NdjsonItem<T> {
  line: number;
}

/**
 * Records an NDJSON body of any length in constant memory.
 *
 * Yields one line of JSON for each refused line (its number and problem) and, if the sink asks for it, for each stored
 * line; at the end `{accepted, spooled, refused}`. If a batch cannot be stored, each of its lines is refused, so that the caller knows exactly which lines to
 * send again.
 * @throws AppError (503) when even the first batch cannot be stored; the whole body may then be sent again
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
  let warnings = 0;
  let batch: Checked<T>[] = [];
  const store = async (): Promise<string> => {
    const rows = batch;
    batch = [];
    if (rows.length === 0) return '';
    // Streams wait for room, so that their many rows do not delay single requests.
    await sink.room();
    const { stored, spooled, refused } = await storeInBatches(
      (records, options) => sink.record(records, options),
      rows,
    );
    counts.accepted += stored;
    counts.spooled += spooled;
    const retryable = refused[0]?.error.retryable === true;
    if (retryable && counts.accepted + counts.spooled + counts.refused === 0) throw refused[0]?.error as AppError;
    const isRefused = new Set(refused.map(({ line }) => line));
    const accepted = rows.filter(({ line }) => !isRefused.has(line));
    warnings += accepted.filter(({ hasWarning }) => hasWarning).length;
    return [
      ...(sink.accepted ? accepted : []).map(
        ({ line, record }) => `${JSON.stringify({ line, ...sink.accepted?.(record) })}\n`,
      ),
      ...refused.map(({ line, error }) => refuse(line, error)),
    ].join('');
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
    // The body stalled or was cut off. Complete lines are still stored, and the response reports where it ended.
    broken = error.problem;
  }
  const lines = await store();
  if (lines !== '') yield lines;
  if (broken !== undefined) {
    if (counts.accepted + counts.spooled + counts.refused === 0) throw broken;
    yield refuse(line + 1, broken);
  }
  yield `${JSON.stringify({ ...counts, ...(warnings > 0 ? { warnings } : {}) })}\n`;
}

/** Consumes the rest of the body. A client that reads only after sending would otherwise wait without limit. */
function dropRest(body: Readable): void {
  const timer = setTimeout(() => body.destroy(), DROP_MS).unref();
  body.once('close', () => clearTimeout(timer));
  // The reader releases the body after this turn, and pauses it then.
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

/** Numbers of rows in the database (`stored`) and the spool, and the refused rows. */
export interface StoredBatch {
  stored: number;
  spooled: number;
  refused: { line: number; error: AppError }[];
}

/** Stores a batch. If the database refuses its data, the batch is halved until the bad rows are alone. */
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

/**
 * Stores rows one by one whose ids are taken: of two rows with the same id, the first may be the stored record. The
 * other rows are stored together.
 */
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
