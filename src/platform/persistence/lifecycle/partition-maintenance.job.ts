import { Inject, Injectable } from '@nestjs/common';
import { HOUR_MS } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { WhileDatabaseUp } from '#scheduling';
import { Migrator } from './migrator.js';

/**
 * Creates the partitions of the next months in advance. Every server may run it, because the migration lock admits one
 * at a time.
 */
@Injectable()
export class PartitionMaintenance {
  constructor(
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @WhileDatabaseUp({ name: 'partitions.ensure', every: 6 * HOUR_MS })
  async run(): Promise<void> {
    const created = await new Migrator(this.config).ensurePartitions();
    if (created.length > 0) this.logger.info({ partitions: created }, 'partitions created');
  }
}
