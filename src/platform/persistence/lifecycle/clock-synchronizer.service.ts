import { uptime } from 'node:os';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type ClockReading, codeOf, ServerClock } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { ClockFile } from './clock-file.js';

const WARN_MS = 1000;
/** Lower than the bound of the warning, so that an offset near the bound is not reported at every check. */
const QUIET_MS = 500;
const SAVE_EVERY_MS = 60_000;
/** A difference of uptime and monotonic clock up to this is imprecision. */
const SUSPENDED_MS = 1000;

/** What operators see of the clock. Null: the database's clock was never read. */
export interface ClockStatus {
  source: string;
  offsetMs: number;
  uncertaintyMs: number | null;
  maxOffsetMs: number | null;
  isWithinLimit: boolean;
}

/**
 * Keeps the clock of this server in step with the clock of the database, which all servers share.
 *
 * - each check of the database reads its clock; between checks, and in an outage, the monotonic clock carries the time
 * - the time is saved in the data folder for a start in an outage
 * - SQLite has no other clock: the time at the start is carried, whatever is done to the system clock
 * - a warning says that the system clock differs by a second or more. Records are right nevertheless
 */
@Injectable()
export class ClockSynchronizer implements OnModuleInit {
  private readonly file: ClockFile;
  private readonly isShared: boolean;
  private readonly steps;
  private isWarned = false;
  private savedAt = -Infinity;
  private lastUptime = uptime();
  private lastMonotonic = performance.now();

  constructor(
    private readonly clock: ServerClock,
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.file = new ClockFile(config.server.dataDir);
    this.isShared = config.database.target.type === 'postgresql';
    this.steps = metrics.counter('database_clock_steps_total', "Times the database's clock was found to be set.");
    metrics.gauge(
      'clock_offset_seconds',
      'Seconds by which the system clock is behind the time that records get.',
      () => clock.offsetMs / 1000,
    );
    metrics.gauge(
      'clock_uncertainty_seconds',
      "Seconds by which the time that records get may differ from the database's clock.",
      () => clock.uncertaintyMs / 1000,
    );
  }

  /** Must come before any use of the clock: the spool and the cached keys are opened while the database may be away. */
  onModuleInit(): void {
    if (!this.isShared) return;
    this.clock.expectReading();
    try {
      this.file.resume(this.clock);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.logger.debug({ err: error }, 'failed to read the saved time');
    }
  }

  get status(): ClockStatus {
    const { offsetMs, source, uncertaintyMs } = this.clock;
    const maxOffsetMs = this.config.server.maxClockOffsetMs ?? null;
    return {
      source,
      offsetMs: Math.round(offsetMs),
      uncertaintyMs: Number.isFinite(uncertaintyMs) ? Math.ceil(uncertaintyMs) : null,
      maxOffsetMs,
      isWithinLimit: maxOffsetMs === null || Math.abs(offsetMs) <= maxOffsetMs,
    };
  }

  /** Takes a reading of the database's clock; undefined if it has none of its own. */
  async read(reading: ClockReading | undefined): Promise<void> {
    if (reading && Number.isFinite(reading.time)) {
      const step = this.clock.read(reading);
      if (step !== 0) this.reportStep(step);
      if (performance.now() - this.savedAt > SAVE_EVERY_MS) await this.save();
    }
    this.reportOffset();
  }

  /** Saves the time for a start in an outage. Best effort. */
  async save(): Promise<void> {
    if (this.clock.source !== 'database') return;
    this.savedAt = performance.now();
    await this.file
      .save(this.clock)
      .catch((error: unknown) => this.logger.debug({ err: error }, 'failed to save the time'));
  }

  /**
   * Adds the time that the machine was suspended, which the monotonic clock of Linux leaves out. Other systems count it.
   */
  skipSuspension(): void {
    if (process.platform !== 'linux') return;
    const [up, monotonic] = [uptime(), performance.now()];
    const missed = (up - this.lastUptime) * 1000 - (monotonic - this.lastMonotonic);
    [this.lastUptime, this.lastMonotonic] = [up, monotonic];
    if (missed > SUSPENDED_MS) this.clock.skip(missed);
  }

  private reportStep(step: number): void {
    this.steps.inc();
    this.logger.warn(
      {
        step_ms: Math.round(step),
        remedy: 'Check the time service of the database server, and whether it failed over.',
      },
      'the clock of the database was set, or this server was paused',
    );
  }

  private reportOffset(): void {
    const offset = Math.abs(this.clock.offsetMs);
    if (offset < QUIET_MS) this.isWarned = false;
    if (offset < WARN_MS || this.isWarned) return;
    this.isWarned = true;
    const fields = { offset_ms: Math.round(this.clock.offsetMs) };
    if (this.isShared)
      this.logger.warn(
        { ...fields, remedy: 'Check the time service (NTP) of this server and of the database.' },
        'the system clock of this server differs from that of the database, which records follow',
      );
    else
      this.logger.warn(
        { ...fields, remedy: 'Restart the server to follow the system clock.' },
        'the system clock was set; records keep the time of before',
      );
  }
}
