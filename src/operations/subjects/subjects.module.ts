import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { RetentionModule } from '#retention';
import { ArchiveErasure } from './archive-erasure.service.js';
import { ErasedRows } from './erased-rows.service.js';
import { ErasureReapplyService } from './erasure-reapply.service.js';
import { ErasureSweepJob } from './erasure-sweep.job.js';
import { LocalErasure } from './local-erasure.service.js';
import { TableErasure } from './table-erasure.service.js';
import { ErasureLedger } from './erasure-ledger.service.js';
import { ErasureService } from './erasure.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { LedgerWatch } from './ledger-watch.job.js';
import { SubjectExport } from './subject-export.service.js';
import { SubjectHashes } from './subject-hashes.service.js';
import { SubjectsController } from './subjects.controller.js';
import { SubjectsRepository } from './subjects.repository.js';
import { TenantErasureController } from './tenant-erasure.controller.js';
import { TenantErasureService } from './tenant-erasure.service.js';
import { TenantsRepository } from './tenants.repository.js';

/** Export of a data subject's records, and erasure of subjects and whole tenants. */
@Module({
  imports: [IngestModule, RetentionModule],
  controllers: [SubjectsController, TenantErasureController],
  providers: [
    ArchiveErasure,
    ErasedRows,
    ErasureLedger,
    ErasureReapplyService,
    ErasureService,
    ErasureSweepJob,
    ErasuresRepository,
    LocalErasure,
    TableErasure,
    LedgerWatch,
    SubjectExport,
    SubjectHashes,
    SubjectsRepository,
    TenantErasureService,
    TenantsRepository,
  ],
  exports: [ErasureReapplyService, ErasureService, TenantErasureService],
})
export class SubjectsModule {}
