import { Inject, Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from './database-supervisor.service.js';
import { Migrator } from './migrator.js';

/** Makes next months' partitions long before they are needed. Every replica may try: the migration lock lets one at a time. */
@Injectable()
export class PartitionMaintenance {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Cron(CronExpression.EVERY_6_HOURS)
  async run(): Promise<void> {
    if (!this.supervisor.isUp) return;
    try {
      const made = await new Migrator(this.config).ensurePartitions();
      if (made.length > 0) this.logger.info({ partitions: made }, 'partitions made');
    } catch (error) {
      this.logger.warn({ err: error }, 'partitions could not be made; the next attempt is in six hours');
    }
  }
}
