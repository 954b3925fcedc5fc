import { Global, Module } from '@nestjs/common';
import { FieldCipher } from './field-cipher.service.js';
import { Secrets } from './secrets.service.js';

@Global()
@Module({ providers: [FieldCipher, Secrets], exports: [FieldCipher, Secrets] })
export class SecretsModule {}
