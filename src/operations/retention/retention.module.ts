import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { Archive } from './archive.js';
import { Compaction } from './compaction.js';
import { PartitionsRepository } from './partitions.repository.js';
import { RetentionAftermath } from './retention-aftermath.js';
import { RetentionController } from './retention.controller.js';
import { RetentionRepository } from './retention.repository.js';
import { RetentionSchedule } from './retention-schedule.js';
import { RetentionService } from './retention.service.js';

@Module({
  imports: [IngestModule],
  controllers: [RetentionController],
  providers: [
    Archive,
    Compaction,
    PartitionsRepository,
    RetentionAftermath,
    RetentionRepository,
    RetentionSchedule,
    RetentionService,
  ],
  exports: [Archive, Compaction, RetentionAftermath, RetentionService],
})
export class RetentionModule {}
