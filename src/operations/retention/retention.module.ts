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
import { ArchiveErasure } from './subjects/archive-erasure.js';
import { ErasedRows, ErasurePlaces } from './subjects/erased-rows.js';
import { ErasureLedger } from './subjects/erasure-ledger.js';
import { ErasureFrame, ErasureService } from './subjects/erasure.service.js';
import { ErasuresRepository } from './subjects/erasures.repository.js';
import { LedgerWatch } from './subjects/ledger-watch.js';
import { SubjectExport } from './subjects/subject-export.js';
import { SubjectHashes } from './subjects/subject-hashes.js';
import { SubjectsController } from './subjects/subjects.controller.js';
import { SubjectsRepository } from './subjects/subjects.repository.js';
import { TenantErasureController } from './subjects/tenant-erasure.controller.js';
import { TenantErasureService, TenantPlaces } from './subjects/tenant-erasure.service.js';
import { TenantsRepository } from './subjects/tenants.repository.js';

@Module({
  imports: [IngestModule],
  controllers: [RetentionController, SubjectsController, TenantErasureController],
  providers: [
    Archive,
    ArchiveErasure,
    Compaction,
    ErasedRows,
    ErasureFrame,
    ErasureLedger,
    ErasurePlaces,
    ErasureService,
    ErasuresRepository,
    LedgerWatch,
    PartitionsRepository,
    RetentionAftermath,
    RetentionRepository,
    RetentionSchedule,
    RetentionService,
    SubjectExport,
    SubjectHashes,
    SubjectsRepository,
    TenantErasureService,
    TenantPlaces,
    TenantsRepository,
  ],
  exports: [ErasureService, TenantErasureService, RetentionAftermath, RetentionService],
})
export class RetentionModule {}
