import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { AdministrationController } from './administration.controller.js';
import { KeysAdministrationService } from './keys-administration.service.js';
import { KeysRepository } from './keys.repository.js';

/** Administration of API keys and tenants, and the audit log. */
@Module({
  imports: [IngestModule],
  controllers: [AdministrationController],
  providers: [KeysAdministrationService, KeysRepository],
  exports: [KeysAdministrationService],
})
export class KeysModule {}
