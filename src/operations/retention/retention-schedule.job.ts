import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK, DAY_MS } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor, RETENTION_KINDS, type RetentionKind } from '#persistence';
import { RetentionReporter } from './retention-reporter.service.js';
import { RetentionService } from './retention.service.js';

const LOOK_EVERY_MS = 300_000;
/** A day, less the time a run may take: it must not wander around the clock. */
const DUE_MS = DAY_MS - 3_600_000;

/** Runs retention once a day, on whichever server looks first, and reports what it did. */
@Injectable()
export class RetentionSchedule {
  private running = false;

  constructor(
    private readonly service: RetentionService,
    private readonly aftermath: RetentionReporter,
    private readonly supervisor: DatabaseSupervisor,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (this.running || !this.config.retention.enabled || !this.supervisor.isUp) return;
    this.running = true;
    try {
      const since = this.clock.now() - DUE_MS;
      const kinds: RetentionKind[] = [];
      for (const kind of RETENTION_KINDS) if (await this.service.isDue(kind, since)) kinds.push(kind);
      if (kinds.length === 0) return;
      const runs = await this.service.run({ kinds });
      await this.aftermath.of(runs);
    } catch (error) {
      this.logger.warn({ err: error }, 'retention stopped; it goes on in five minutes, on this server or another');
    } finally {
      this.running = false;
    }
  }
}
