import type { Readable } from 'node:stream';
import { AppError } from '#kernel';
import { ClientGoneError, toAppError } from '../problem/problem.js';

/** A stream must bring at least this much in each window, or it only occupies a connection. */
const WINDOW_MS = 15_000;
const LEAST_WINDOW_BYTES = 15_000;
const MAX_MS = 30 * 60_000;

/** The body ended before its end: `problem` is what the client is told. */
export class BodyBrokenError extends Error {
  constructor(readonly problem: AppError) {
    super(problem.message);
  }
}

/** Passes chunks on, and gives up on a client that keeps its connection without using it. */
export async function* withFloor(body: Readable, longestMs = MAX_MS): AsyncGenerator<Buffer> {
  const began = performance.now();
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
    if (performance.now() - began > longestMs) stall(toAppError({ status: 408 }));
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
    // Lets go of the body, which nobody could read or drop otherwise.
    void chunks.return?.();
  }
}
