/** Hits of one key in the window that runs and in the one before it. */
export interface WindowCounts {
  /** Number of the window since 1970. */
  window: number;
  current: number;
  previous: number;
}

export interface WindowDecision {
  allowed: boolean;
  /** Hits that count now, this one included when it is allowed. */
  hits: number;
  /** Milliseconds until the window that runs is over. */
  resetMs: number;
  /** Milliseconds until another hit would be allowed; 0 when this one is. */
  retryMs: number;
}

/**
 * Sliding-window counter: the hits of the last `windowMs` are estimated as those of the running window plus the share of the
 * previous one that still lies inside. Two numbers for each key, whatever the traffic; a list of time stamps would cost more with
 * every hit. A refused hit does not count, so that a client that slows down gets through.
 *
 * Changes `counts` and answers what to do with this hit.
 */
export function hit(counts: WindowCounts, limit: number, windowMs: number, now: number): WindowDecision {
  advance(counts, windowMs, now);
  const into = now - counts.window * windowMs;
  const allowed = estimate(counts, windowMs, into) + 1 <= limit;
  if (allowed) counts.current += 1;
  return decide(counts, limit, windowMs, into, allowed);
}

/** What is answered for a hit that was let through or not, `into` milliseconds after the window began and counted already. */
export function decide(
  counts: WindowCounts,
  limit: number,
  windowMs: number,
  into: number,
  allowed: boolean,
): WindowDecision {
  const hits = Math.ceil(estimate(counts, windowMs, into));
  const retryMs = allowed ? 0 : retryAfter(counts, limit, windowMs, into);
  return { allowed, hits, resetMs: windowMs - into, retryMs };
}

function estimate({ current, previous }: WindowCounts, windowMs: number, into: number): number {
  return previous * (1 - into / windowMs) + current;
}

function advance(counts: WindowCounts, windowMs: number, now: number): void {
  const window = Math.floor(now / windowMs);
  // A clock that was set back must not make old hits count for ever.
  if (window === counts.window) return;
  counts.previous = window === counts.window + 1 ? counts.current : 0;
  counts.current = 0;
  counts.window = window;
}

/** When the estimate falls to `limit - 1`: in this window as the previous one leaves it, or in the next as this one does. */
function retryAfter({ current, previous }: WindowCounts, limit: number, windowMs: number, into: number): number {
  const room = limit - 1 - current;
  if (room >= 0 && previous > 0) return Math.max(1, windowMs * (1 - room / previous) - into);
  const next = current === 0 ? 0 : windowMs * Math.max(0, 1 - (limit - 1) / current);
  return windowMs - into + next;
}
