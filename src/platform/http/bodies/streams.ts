import type { Readable } from 'node:stream';
import { AppError } from '#kernel';
import { ClientGoneError, toAppError } from '../problem/problem.js';

/** A stream must deliver at least this much per window; otherwise it only occupies a connection. */
const WINDOW_MS = 15_000;
const MIN_WINDOW_BYTES = 15_000;
const MAX_DURATION_MS = 30 * 60_000;

/** The body ended early. `problem` is the error for the client. */
export class BrokenBodyError extends Error {
  constructor(readonly problem: AppError) {
    super(problem.message);
  }
}

/** Passes chunks on, and gives up on a client that keeps its connection open without using it. */
export async function* withMinimumRate(body: Readable, maxDurationMs = MAX_DURATION_MS): AsyncGenerator<Buffer> {
  const began = performance.now();
  let inWindow = 0;
  let waiting = false;
  let stall: (error: Error) => void = () => undefined;
  const stalled = new Promise<never>((_, reject) => {
    stall = reject;
  });
  stalled.catch(() => undefined);
  const timer = setInterval(() => {
    // Checked only while waiting for the client: it cannot send while this side does not read.
    if (waiting && inWindow < MIN_WINDOW_BYTES) stall(toAppError({ status: 408 }));
    if (performance.now() - began > maxDurationMs) stall(toAppError({ status: 408 }));
    inWindow = 0;
  }, WINDOW_MS);
  // Not `for await`: leaving it would destroy the socket, and with it the response.
  const chunks = body.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      waiting = true;
      const next = await Promise.race([chunks.next(), stalled]).catch((error: unknown) => {
        throw new BrokenBodyError(error instanceof AppError ? error : new ClientGoneError());
      });
      waiting = false;
      if (next.done) return;
      const chunk = next.value as Buffer;
      inWindow += chunk.length;
      yield chunk;
    }
  } finally {
    clearInterval(timer);
    // Releases the body, which could otherwise be neither read nor dropped.
    void chunks.return?.();
  }
}
