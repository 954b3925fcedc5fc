import { Inject, Injectable } from '@nestjs/common';
import { HOUR_MS } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { WhileDatabaseUp } from '#scheduling';
import { Migrator } from './migrator.js';

/** Makes the partitions of the coming months long before they are needed. Every server may try: the migration lock lets one at a time. */
@Injectable()
export class PartitionMaintenance {
  constructor(
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @WhileDatabaseUp({ name: 'partitions.ensure', every: 6 * HOUR_MS })
  async run(): Promise<void> {
    const made = await new Migrator(this.config).ensurePartitions();
    if (made.length > 0) this.logger.info({ partitions: made }, 'partitions made');
  }
}
