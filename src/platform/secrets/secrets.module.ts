import { Global, Module } from '@nestjs/common';
import { FieldCipher } from './field-cipher.js';
import { SealedTables } from './sealed-tables.js';
import { Secrets } from './secrets.js';

@Global()
@Module({ providers: [FieldCipher, SealedTables, Secrets], exports: [FieldCipher, SealedTables, Secrets] })
export class SecretsModule {}
