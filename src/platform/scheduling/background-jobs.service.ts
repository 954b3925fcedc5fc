import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { type Clock, CLOCK } from '#kernel';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { DATABASE_STATE, type DatabaseState } from './database-state.js';
import { type JobOptions, jobOptionsOf } from './while-database-up.decorator.js';

/** Maximum delay, in milliseconds, before a job that was due during an outage checks the database again. */
const MAX_RECHECK_DELAY_MS = 5000;
/** Fraction by which a pause is randomly shortened or lengthened. */
const JITTER = 0.1;

export interface JobStatus {
  name: string;
  /** Pause between two runs, in seconds. */
  everySeconds: number;
  running: boolean;
  /** Milliseconds since 1970; null before the first run. */
  lastStartedAt: number | null;
  /** Duration of the last finished run, in seconds; null before the first one. */
  lastSeconds: number | null;
  /** Failed runs since the last success. */
  consecutiveFailures: number;
}

interface Job {
  options: JobOptions;
  run: () => unknown;
  status: JobStatus;
}

/**
 * Runs every method that `WhileDatabaseUp` declares.
 *
 * - a job either waits with one timer or runs without one, so it never overlaps with itself
 * - only the first of several consecutive failures is logged as a warning; the others are debug messages, because a job
 *   that fails every second would flood the log
 * - a failure during an outage of the database is not a warning, because the outage is logged elsewhere
 */
@Injectable()
export class BackgroundJobs implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly jobs = new Map<string, Job>();
  private stopped = false;
  private readonly runs;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly timers: SchedulerRegistry,
    @Inject(DATABASE_STATE) private readonly database: DatabaseState,
    metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.runs = metrics.counter('background_job_runs_total', 'Runs of background jobs.', ['job', 'result']);
    const each = (read: (status: JobStatus) => number) => () =>
      this.list().map((status) => ({ labels: { job: status.name }, value: read(status) }));
    metrics.gauge(
      'background_job_last_seconds',
      'Duration of the last run of a background job.',
      each(({ lastSeconds }) => lastSeconds ?? 0),
      ['job'],
    );
    metrics.gauge(
      'background_job_consecutive_failures',
      'Failed runs of a background job since its last success.',
      each(({ consecutiveFailures }) => consecutiveFailures),
      ['job'],
    );
  }

  /** Finds the declared jobs and schedules them. @throws Error when two jobs have the same name */
  onApplicationBootstrap(): void {
    for (const wrapper of this.discovery.getProviders()) {
      const instance = wrapper.instance as object | null | undefined;
      const prototype = instance ? (Object.getPrototypeOf(instance) as Record<string, object> | null) : null;
      if (!instance || !prototype || !wrapper.isDependencyTreeStatic()) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const method = prototype[name] as () => unknown;
        const options = jobOptionsOf(method);
        if (options) this.add(options, () => method.call(instance));
      }
    }
    for (const job of this.jobs.values()) this.wait(job, job.options.first ?? job.options.every);
  }

  /** Prevents new timers. The scheduler registry then clears the pending ones. */
  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Returns the status of every job, sorted by name. */
  list(): JobStatus[] {
    return [...this.jobs.values()].map(({ status }) => ({ ...status })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private add(options: JobOptions, run: () => unknown): void {
    const { every, name } = options;
    if (this.jobs.has(name)) throw new Error(`two background jobs are named ${name}`);
    const status = {
      name,
      everySeconds: every / 1000,
      running: false,
      lastStartedAt: null,
      lastSeconds: null,
      consecutiveFailures: 0,
    };
    this.jobs.set(name, { options, run, status });
  }

  private wait(job: Job, pause: number): void {
    if (this.stopped) return;
    const { name } = job.options;
    const pauseWithJitter = pause * (1 + JITTER * (2 * Math.random() - 1));
    this.timers.addTimeout(
      name,
      setTimeout(() => {
        this.timers.deleteTimeout(name);
        void this.runIfUp(job);
      }, pauseWithJitter),
    );
  }

  private async runIfUp(job: Job): Promise<void> {
    if (!this.database.isUp) {
      this.wait(job, Math.min(job.options.every, MAX_RECHECK_DELAY_MS));
      return;
    }
    await this.execute(job);
    this.wait(job, job.options.every);
  }

  private async execute({ options: { name }, run, status }: Job): Promise<void> {
    status.running = true;
    status.lastStartedAt = this.clock.now();
    const startedAt = performance.now();
    try {
      await run();
      if (status.consecutiveFailures > 0) this.logger.info({ job: name }, 'background job succeeded again');
      status.consecutiveFailures = 0;
      this.runs.inc({ job: name, result: 'succeeded' });
    } catch (error) {
      status.consecutiveFailures += 1;
      this.runs.inc({ job: name, result: 'failed' });
      const shouldWarn = status.consecutiveFailures === 1 && this.database.isUp && !this.stopped;
      this.logger[shouldWarn ? 'warn' : 'debug'](
        { err: error, job: name, nextInSeconds: status.everySeconds },
        'background job failed; it will run again',
      );
    } finally {
      status.lastSeconds = (performance.now() - startedAt) / 1000;
      status.running = false;
    }
  }
}
