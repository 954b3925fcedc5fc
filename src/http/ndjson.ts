import type { Readable } from 'node:stream';
import { AppError } from '../common/index.js';
import { parseJson } from './body-guards.js';
import { ClientGoneError, toAppError } from './problem.js';

/** One line of an NDJSON body; `line` counts from 1, blank lines included. */
export type NdjsonLine = { line: number; value: unknown; bytes: number } | { line: number; error: AppError };

const MOST_LINE_BYTES = 262_144;
const NEWLINE = 0x0a;
/** A stream must bring at least this much in each window, or it only occupies a connection. */
const WINDOW_MS = 15_000;
const LEAST_WINDOW_BYTES = 15_000;

class LineTooLongError extends AppError {
  constructor() {
    super({
      code: 'line_too_long',
      status: 413,
      title: 'Line too long',
      detail: `A line must not be longer than ${MOST_LINE_BYTES / 1024} KiB.`,
    });
  }
}

/** The body ended before its end: `problem` is what the client is told. */
export class BodyBrokenError extends Error {
  constructor(readonly problem: AppError) {
    super(problem.message);
  }
}

/**
 * Splits a body of any length into JSON values at flat memory. A line that is too long or no JSON becomes an error of its own;
 * the rest of the body is read on.
 * @throws BodyBrokenError when it stalls (408) or the client goes away
 */
export async function* readNdjson(body: Readable): AsyncGenerator<NdjsonLine> {
  let parts: Buffer[] = [];
  let size = 0;
  let line = 1;
  const finish = (): NdjsonLine | undefined => {
    const bytes = Buffer.concat(parts);
    const tooLong = size > MOST_LINE_BYTES;
    parts = [];
    size = 0;
    if (tooLong) return { line, error: new LineTooLongError() };
    if (isBlank(bytes)) return undefined;
    try {
      return { line, value: parseJson(bytes), bytes: bytes.length };
    } catch (error) {
      return { line, error: toAppError(error) };
    }
  };
  for await (const chunk of withFloor(body)) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      size += at - from;
      if (size <= MOST_LINE_BYTES) parts.push(chunk.subarray(from, at));
      const done = finish();
      if (done) yield done;
      line += 1;
      from = at + 1;
    }
    size += chunk.length - from;
    if (size <= MOST_LINE_BYTES) parts.push(chunk.subarray(from));
    else parts = [];
  }
  const last = size > 0 ? finish() : undefined;
  if (last) yield last;
}

/** Passes chunks on, and gives up on a client that keeps its connection without using it. */
async function* withFloor(body: Readable): AsyncGenerator<Buffer> {
  let inWindow = 0;
  let waiting = false;
  let stall: (error: Error) => void = () => undefined;
  const stalled = new Promise<never>((_, reject) => {
    stall = reject;
  });
  stalled.catch(() => undefined);
  const timer = setInterval(() => {
    // Only while we wait for the client: what it cannot send because we do not read is not its fault.
    if (waiting && inWindow < LEAST_WINDOW_BYTES) stall(toAppError({ status: 408 }));
    inWindow = 0;
  }, WINDOW_MS);
  // Not `for await`: leaving it would destroy the socket, and with it the answer.
  const chunks = body.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      waiting = true;
      const next = await Promise.race([chunks.next(), stalled]).catch((error: unknown) => {
        throw new BodyBrokenError(error instanceof AppError ? error : new ClientGoneError());
      });
      waiting = false;
      if (next.done) return;
      const chunk = next.value as Buffer;
      inWindow += chunk.length;
      yield chunk;
    }
  } finally {
    clearInterval(timer);
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
