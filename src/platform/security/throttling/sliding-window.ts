/** Hits of one key in the current window and the previous one. */
export interface WindowCounts {
  /** Number of the current window since 1970. */
  window: number;
  current: number;
  previous: number;
}

export interface WindowDecision {
  allowed: boolean;
  /** Estimated hits in the sliding window, including this one if it is allowed. */
  hits: number;
  /** Milliseconds until the current window ends; if no hit is left, until another one would be allowed. */
  resetMs: number;
  /** Milliseconds until another hit would be allowed; 0 if this one is. */
  retryMs: number;
}

/**
 * Counts a hit at `now` (milliseconds since 1970) in a sliding window. Changes `counts` and returns the decision.
 *
 * The hits of the last `windowMs` are estimated as those of the current window plus a share of the previous window: the
 * part of it that is still inside the sliding window. A key needs two numbers, whatever the traffic, while a list of
 * timestamps would grow with every hit. A refused hit does not count, so that a client that slows down gets through.
 */
export function hit(counts: WindowCounts, limit: number, windowMs: number, now: number): WindowDecision {
  advance(counts, windowMs, now);
  const into = now - counts.window * windowMs;
  const allowed = estimate(counts, windowMs, into) + 1 <= limit;
  if (allowed) counts.current += 1;
  return decide(counts, limit, windowMs, into, allowed);
}

/** Returns the decision for a hit that is already counted, `into` milliseconds after the start of the window. */
export function decide(
  counts: WindowCounts,
  limit: number,
  windowMs: number,
  into: number,
  allowed: boolean,
): WindowDecision {
  const hits = Math.ceil(estimate(counts, windowMs, into));
  const nextMs = hits >= limit ? retryAfter(counts, limit, windowMs, into) : undefined;
  // A client that waits for the reset of an exhausted limit must not be refused again.
  return { allowed, hits, resetMs: nextMs ?? windowMs - into, retryMs: allowed ? 0 : (nextMs ?? 0) };
}

function estimate({ current, previous }: WindowCounts, windowMs: number, into: number): number {
  return previous * (1 - into / windowMs) + current;
}

function advance(counts: WindowCounts, windowMs: number, now: number): void {
  const window = Math.floor(now / windowMs);
  // If the clock is set back, counts are reset. Otherwise old hits would count without limit.
  if (window === counts.window) return;
  counts.previous = window === counts.window + 1 ? counts.current : 0;
  counts.current = 0;
  counts.window = window;
}

/**
 * Returns the milliseconds until the estimate falls to `limit - 1`: in this window as the share of the previous one
 * shrinks, or in the next window as the share of this one does.
 */
function retryAfter({ current, previous }: WindowCounts, limit: number, windowMs: number, into: number): number {
  const room = limit - 1 - current;
  if (room >= 0 && previous > 0) return Math.max(1, windowMs * (1 - room / previous) - into);
  const next = current === 0 ? 0 : windowMs * Math.max(0, 1 - (limit - 1) / current);
  return windowMs - into + next;
}
