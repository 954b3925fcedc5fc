import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { RetentionModule } from '#retention';
import { ArchiveErasure } from './archive-erasure.js';
import { ErasedRows, ErasurePlaces } from './erased-rows.js';
import { ErasureLedger } from './erasure-ledger.js';
import { ErasureFrame, ErasureService } from './erasure.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { LedgerWatch } from './ledger-watch.js';
import { SubjectExport } from './subject-export.js';
import { SubjectHashes } from './subject-hashes.js';
import { SubjectsController } from './subjects.controller.js';
import { SubjectsRepository } from './subjects.repository.js';
import { TenantErasureController } from './tenant-erasure.controller.js';
import { TenantErasureService, TenantPlaces } from './tenant-erasure.service.js';
import { TenantsRepository } from './tenants.repository.js';

/** What data subjects and whole tenants may ask for: their records as a file, and erasure. */
@Module({
  imports: [IngestModule, RetentionModule],
  controllers: [SubjectsController, TenantErasureController],
  providers: [
    ArchiveErasure,
    ErasedRows,
    ErasureFrame,
    ErasureLedger,
    ErasurePlaces,
    ErasureService,
    ErasuresRepository,
    LedgerWatch,
    SubjectExport,
    SubjectHashes,
    SubjectsRepository,
    TenantErasureService,
    TenantPlaces,
    TenantsRepository,
  ],
  exports: [ErasureService, TenantErasureService],
})
export class SubjectsModule {}
