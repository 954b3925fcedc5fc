import type { Readable } from 'node:stream';
import { AppError } from '#kernel';
import { parseJson } from './body-guards.js';
import { toAppError } from '../problem/problem.js';
import { withMinimumRate } from './streams.js';

/** One line of an NDJSON body. `line` counts from 1 and includes blank lines. */
export type NdjsonLine = { line: number; value: unknown; bytes: number } | { line: number; error: AppError };

const MAX_LINE_BYTES = 262_144;
const NEWLINE = 0x0a;
class LineTooLongError extends AppError {
  constructor() {
    super({
      code: 'line_too_long',
      status: 413,
      title: 'Line too long',
      detail: `A line must not be longer than ${MAX_LINE_BYTES / 1024} KiB.`,
    });
  }
}

/**
 * Splits a body of any length into JSON values with constant memory. A line that is too long or not JSON becomes an
 * error of its own, and reading continues.
 * @throws BrokenBodyError when the body stalls (408) or the client disconnects
 */
export function readNdjson(body: Readable): AsyncGenerator<NdjsonLine> {
  return readJsonLines(withMinimumRate(body));
}

/** Does the same for a source without a minimum rate, such as a file. */
export async function* readJsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<NdjsonLine> {
  let parts: Buffer[] = [];
  let size = 0;
  let line = 1;
  const finish = (): NdjsonLine | undefined => {
    const bytes = Buffer.concat(parts);
    const tooLong = size > MAX_LINE_BYTES;
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
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      size += at - from;
      if (size <= MAX_LINE_BYTES) parts.push(chunk.subarray(from, at));
      const done = finish();
      if (done) yield done;
      line += 1;
      from = at + 1;
    }
    size += chunk.length - from;
    if (size <= MAX_LINE_BYTES) parts.push(chunk.subarray(from));
    else parts = [];
  }
  const last = size > 0 ? finish() : undefined;
  if (last) yield last;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
