import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { ExportsController } from './exports.controller.js';
import { OlderImportService } from './older/older-import.service.js';
import { TransferRepository } from './transfer.repository.js';
import { TransferService } from './transfer.service.js';

/** Export and import of records as files. */
@Module({
  imports: [IngestModule],
  controllers: [ExportsController],
  providers: [OlderImportService, TransferRepository, TransferService],
  exports: [OlderImportService, TransferService],
})
export class TransferModule {}
