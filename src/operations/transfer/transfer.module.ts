import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { ExportsController } from './exports.controller.js';
import { TransferRepository } from './transfer.repository.js';
import { TransferService } from './transfer.service.js';

/** Export and import of records as files. */
@Module({
  imports: [IngestModule],
  controllers: [ExportsController],
  providers: [TransferRepository, TransferService],
  exports: [TransferService],
})
export class TransferModule {}
