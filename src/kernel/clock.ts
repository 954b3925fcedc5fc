/** Source of the current time; tests inject their own. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

export const CLOCK = Symbol('Clock');

/** The clock of the operating system, which may be wrong and may be set while a process runs. */
export const systemClock: Clock = { now: () => Date.now() };
