import { Inject, Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from './database-supervisor.service.js';
import { Migrator } from './migrator.js';

/**
 * Creates the partitions of the next months in advance. Every server may run it, because the migration lock admits one
 * at a time.
 */
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
      const created = await new Migrator(this.config).ensurePartitions();
      if (created.length > 0) this.logger.info({ partitions: created }, 'partitions created');
    } catch (error) {
      this.logger.warn({ err: error }, 'failed to create partitions; the next attempt is in six hours');
    }
  }
}
