import { Global, Module } from '@nestjs/common';
import { FieldCipher } from './field-cipher.js';
import { Secrets } from './secrets.js';

@Global()
@Module({ providers: [FieldCipher, Secrets], exports: [FieldCipher, Secrets] })
export class SecretsModule {}
