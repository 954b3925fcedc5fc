import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { Archive } from './archive.service.js';
import { Compaction } from './compaction.service.js';
import { PartitionsRepository } from './partitions.repository.js';
import { RetentionReporter } from './retention-reporter.service.js';
import { RetentionController } from './retention.controller.js';
import { RetentionRepository } from './retention.repository.js';
import { RetentionSchedule } from './retention-schedule.job.js';
import { RetentionService } from './retention.service.js';

@Module({
  imports: [IngestModule],
  controllers: [RetentionController],
  providers: [
    Archive,
    Compaction,
    PartitionsRepository,
    RetentionReporter,
    RetentionRepository,
    RetentionSchedule,
    RetentionService,
  ],
  exports: [Archive, Compaction, RetentionReporter, RetentionService],
})
export class RetentionModule {}
