import { Global, type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CLOCK, sleep, systemClock } from '#kernel';
import { APP_LOGGER, Metrics } from '#observability';
import { BackgroundJobs } from './background-jobs.service.js';
import { DATABASE_STATE } from './database-state.js';
import { SchedulingModule } from './scheduling.module.js';
import { WhileDatabaseUp } from './while-database-up.decorator.js';

const database = { isUp: true };
const logged: string[] = [];
const log =
  (level: string) =>
  ({ job }: { job: string }) => {
    logged.push(`${level} ${job}`);
  };

@Injectable()
class Work {
  running = 0;
  maxConcurrent = 0;
  runs = 0;
  failures = 0;
  afterStart = 0;

  @WhileDatabaseUp({ name: 'work.slow', every: 1 })
  async slow(): Promise<void> {
    this.running += 1;
    this.maxConcurrent = Math.max(this.maxConcurrent, this.running);
    await sleep(20);
    this.running -= 1;
    this.runs += 1;
  }

  @WhileDatabaseUp({ name: 'work.fails_twice', every: 5 })
  failsTwice(): void {
    if (this.failures >= 2) return;
    this.failures += 1;
    throw new Error('not yet');
  }

  @WhileDatabaseUp({ name: 'work.hourly', every: 3_600_000, first: 1 })
  hourly(): void {
    this.afterStart += 1;
  }
}

@Injectable()
class Twin {
  @WhileDatabaseUp({ name: 'work.slow', every: 1000 })
  run(): void {
    throw new Error('never runs');
  }
}

const provided = [
  { provide: CLOCK, useValue: systemClock },
  { provide: APP_LOGGER, useValue: { debug: log('debug'), info: log('info'), warn: log('warn') } },
  { provide: DATABASE_STATE, useValue: database },
  Metrics,
];

@Global()
@Module({ providers: provided, exports: provided })
class TestProviders {}

@Module({ imports: [TestProviders, SchedulingModule], providers: [Work] })
class App {}

@Module({ imports: [TestProviders, SchedulingModule], providers: [Work, Twin] })
class AppWithTwins {}

const QUIET = { logger: false, abortOnError: false } as const;

async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await sleep(5);
  expect(condition()).toBe(true);
}

describe('background jobs', () => {
  let app: INestApplicationContext;
  let work: Work;
  let jobs: BackgroundJobs;

  beforeEach(async () => {
    database.isUp = true;
    logged.length = 0;
    app = await NestFactory.createApplicationContext(App, QUIET);
    work = app.get(Work);
    jobs = app.get(BackgroundJobs);
  });

  afterEach(() => app.close());

  it('run repeatedly, but never overlap with themselves', async () => {
    await eventually(() => work.runs >= 5);
    expect(work.maxConcurrent).toBe(1);
  });

  it('run after their initial delay, and later after their pause', async () => {
    await eventually(() => work.afterStart === 1);
    await eventually(() => work.runs >= 3);
    expect(work.afterStart).toBe(1);
  });

  it('wait while the database is down', async () => {
    database.isUp = false;
    await eventually(() => !jobs.list().some(({ running }) => running));
    const { runs } = work;
    await sleep(100);
    expect(work.runs).toBe(runs);
    database.isUp = true;
    await eventually(() => work.runs > runs);
  });

  it('continue after failures, and log one warning and the recovery', async () => {
    await eventually(() => logged.includes('info work.fails_twice'));
    expect(logged).toEqual(['warn work.fails_twice', 'debug work.fails_twice', 'info work.fails_twice']);
  });

  it('are listed with the status of their last run', async () => {
    await eventually(() => work.runs >= 1 && logged.includes('info work.fails_twice'));
    const list = jobs.list();
    expect(list.map(({ everySeconds, name }) => ({ everySeconds, name }))).toEqual([
      { name: 'work.fails_twice', everySeconds: 0.005 },
      { name: 'work.hourly', everySeconds: 3600 },
      { name: 'work.slow', everySeconds: 0.001 },
    ]);
    expect(list[2]).toMatchObject({ consecutiveFailures: 0, lastStartedAt: expect.any(Number) });
    expect(list[2]?.lastSeconds).toBeGreaterThan(0.01);
  });

  it('are counted by result', async () => {
    await eventually(() => logged.includes('info work.fails_twice'));
    const text = await app.get(Metrics).text();
    expect(text).toContain('background_job_runs_total{job="work.fails_twice",result="failed"} 2');
    expect(text).toContain('background_job_consecutive_failures{job="work.fails_twice"} 0');
  });

  it('stop with the application', async () => {
    await eventually(() => work.runs >= 1);
    await app.close();
    await eventually(() => work.running === 0);
    const { runs } = work;
    await sleep(50);
    expect(work.runs).toBe(runs);
  });

  it('must have unique names', async () => {
    await expect(NestFactory.createApplicationContext(AppWithTwins, QUIET)).rejects.toThrow(
      'two background jobs are named work.slow',
    );
  });
});
