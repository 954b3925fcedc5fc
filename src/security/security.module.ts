import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { IngestModule } from '../ingest/index.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { FeedbackTokens } from './feedback-tokens.js';
import { FirstKey } from './first-key.js';
import { ScopesGuard } from './scopes.guard.js';

@Global()
@Module({
  imports: [IngestModule],
  providers: [
    ApiKeysRepository,
    ApiKeysService,
    FeedbackTokens,
    FirstKey,

    { provide: APP_GUARD, useClass: ScopesGuard },
  ],
  exports: [ApiKeysService, FeedbackTokens],
})
export class SecurityModule {}
