import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { type Clock, CLOCK } from '#kernel';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { DATABASE_STATE, type DatabaseState } from './database-state.js';
import { type JobOptions, jobOptionsOf } from './while-database-up.decorator.js';

/** A job that is due while the database is down looks again after this long, or after its own pause if that is shorter. */
const LOOK_AGAIN_MS = 5000;
/** Share of a pause by which it becomes shorter or longer. */
const JITTER = 0.1;

export interface JobStatus {
  name: string;
  /** Pause between two runs, in seconds. */
  everySeconds: number;
  running: boolean;
  /** Milliseconds since 1970; null before the first run. */
  lastStartedAt: number | null;
  /** Seconds that the last finished run took; null before it. */
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
 * - a job either waits, with one timer, or runs, with none: it cannot overlap with itself
 * - the first failure in a row is a warning in the log and later ones are debug messages: a job that fails each second does not fill it
 * - a failure that comes with the loss of the database is not a warning: the loss itself is logged elsewhere
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

  /** @throws Error when two jobs have the same name */
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

  /** The scheduler's registry clears the timers a moment later. */
  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Returns the state of every job, by name. */
  list(): JobStatus[] {
    return [...this.jobs.values()].map(({ status }) => ({ ...status })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private add(options: JobOptions, run: () => unknown): void {
    const { every, name } = options;
    if (this.jobs.has(name)) throw new Error(`Two background jobs are named ${name}.`);
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
    const varied = pause * (1 + JITTER * (2 * Math.random() - 1));
    this.timers.addTimeout(
      name,
      setTimeout(() => {
        this.timers.deleteTimeout(name);
        void this.due(job);
      }, varied),
    );
  }

  private async due(job: Job): Promise<void> {
    if (!this.database.isUp) {
      this.wait(job, Math.min(job.options.every, LOOK_AGAIN_MS));
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
      const isNews = status.consecutiveFailures === 1 && this.database.isUp && !this.stopped;
      this.logger[isNews ? 'warn' : 'debug'](
        { err: error, job: name, nextInSeconds: status.everySeconds },
        'background job failed; it will run again',
      );
    } finally {
      status.lastSeconds = (performance.now() - startedAt) / 1000;
      status.running = false;
    }
  }
}
