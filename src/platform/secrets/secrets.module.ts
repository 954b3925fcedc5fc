import { Global, Module } from '@nestjs/common';
import { FieldCipher } from './field-cipher.service.js';
import { SealedTables } from './sealed-tables.registry.js';
import { Secrets } from './secrets.service.js';

@Global()
@Module({ providers: [FieldCipher, SealedTables, Secrets], exports: [FieldCipher, SealedTables, Secrets] })
export class SecretsModule {}
