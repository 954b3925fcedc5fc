import type { Clock } from './clock.js';

/** Where the time of a server comes from. */
export type ClockSource =
  /** The system clock at the start. Right for a database that only this server uses. */
  | 'system'
  /** A measurement of an earlier run. */
  | 'file'
  | 'database';

/** One reading of another clock, in milliseconds. `sentAt` and `receivedAt` are monotonic, `time` is since 1970. */
export interface ClockReading {
  sentAt: number;
  receivedAt: number;
  time: number;
}

export interface ClockSources {
  /** Milliseconds that no one can set. */
  monotonic(): number;
  /** Milliseconds since 1970 by the system clock. */
  wall(): number;
}

/** State of the clock when a record was accepted. Tells later how far the record's time may be off. */
export interface ClockMark {
  /** Differs between two starts. Only within one run can `base` be compared. */
  run: string;
  base: number;
  /** Null: the database's clock was never read. */
  uncertaintyMs: number | null;
}

/** Crystals of servers differ by at most 200 millionths, and time services slew by at most 500. */
const DRIFT = 0.0007;
/** A correction backwards up to this size stops the clock until it is caught up; a larger one sets it back. */
const MAX_HELD_MS = 1000;

/**
 * The time of this server, which all servers of a database share.
 *
 * - carried by the monotonic clock, so that setting the system clock changes nothing while the server runs
 * - corrected by readings of the database's clock; the uncertainty grows with the age of the reading that is used
 * - small corrections never make the time run backwards
 */
export class ServerClock implements Clock {
  private base: number;
  private floor = 0;
  private measuredUncertaintyMs = 0;
  private measuredAt: number;
  private current: ClockSource = 'system';

  constructor(
    readonly run: string,
    private readonly sources: ClockSources = { monotonic: () => performance.now(), wall: () => Date.now() },
  ) {
    this.measuredAt = sources.monotonic();
    this.base = sources.wall() - this.measuredAt;
  }

  now(): number {
    const time = Math.floor(this.sources.monotonic() + this.base);
    return time < this.floor ? this.floor : time;
  }

  monotonic(): number {
    return this.sources.monotonic();
  }

  get source(): ClockSource {
    return this.current;
  }

  /** Milliseconds by which the system clock is behind this clock; negative when it is ahead. */
  get offsetMs(): number {
    return this.sources.monotonic() + this.base - this.sources.wall();
  }

  /** Milliseconds by which this clock may differ from that of the database; `Infinity` if it was never compared. */
  get uncertaintyMs(): number {
    if (this.current === 'system') return this.measuredUncertaintyMs;
    return this.measuredUncertaintyMs + (this.sources.monotonic() - this.measuredAt) * DRIFT;
  }

  /** Declares that the database has another clock, which was not read yet. */
  expectReading(): void {
    if (this.current === 'system') this.measuredUncertaintyMs = Infinity;
  }

  /** Continues the time of an earlier run. Ignored once the clock of the database was read. */
  resume(time: number, uncertaintyMs: number): void {
    if (this.current === 'database') return;
    this.set(time - this.sources.monotonic(), uncertaintyMs, this.sources.monotonic(), 'file');
  }

  /**
   * Takes a reading of the database's clock if it is better than the time that is carried, or contradicts it.
   * @returns by how many milliseconds the reading contradicts the carried time: positive when the database's clock was
   * set forward, negative when it was set back, 0 when both agree within their uncertainties
   */
  read({ receivedAt, sentAt, time }: ClockReading): number {
    const half = (receivedAt - sentAt) / 2;
    const base = time - (sentAt + half);
    const uncertainty = half + READING_MS;
    if (this.current !== 'database') {
      this.set(base, uncertainty, receivedAt, 'database');
      return 0;
    }
    const difference = base - this.base;
    const excess = Math.abs(difference) - uncertainty - this.uncertaintyMs;
    if (excess <= 0 && uncertainty >= this.uncertaintyMs) return 0;
    this.set(base, uncertainty, receivedAt, 'database');
    return excess <= 0 ? 0 : difference;
  }

  /** Moves the clock by the time that the monotonic clock missed while the machine was suspended. */
  skip(ms: number): void {
    this.base += ms;
  }

  mark(): ClockMark {
    const { base, run, uncertaintyMs } = this;
    return { run, base, uncertaintyMs: Number.isFinite(uncertaintyMs) ? uncertaintyMs : null };
  }

  /**
   * Returns by how many milliseconds a record may have been accepted before the time it carries. What was learned since
   * then narrows the uncertainty of that moment, and never widens it.
   */
  marginOf({ base, run, uncertaintyMs }: ClockMark): number {
    const widest = uncertaintyMs ?? Infinity;
    if (run !== this.run || this.current !== 'database') return widest;
    return Math.min(widest, Math.max(-widest, base - this.base + this.uncertaintyMs));
  }

  private set(base: number, uncertaintyMs: number, measuredAt: number, source: ClockSource): void {
    const before = this.now();
    this.base = base;
    this.measuredUncertaintyMs = uncertaintyMs;
    this.measuredAt = measuredAt;
    this.current = source;
    const after = Math.floor(this.sources.monotonic() + base);
    this.floor = after < before && before - after <= MAX_HELD_MS ? before : 0;
  }
}

/** Times are rounded down to a millisecond here, and to one in the database. */
const READING_MS = 1;
