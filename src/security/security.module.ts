import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CLOCK, systemClock } from '../common/index.js';
import { IngestModule } from '../ingest/index.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { FeedbackTokens } from './feedback-tokens.js';
import { FirstKey } from './first-key.js';
import { ScopesGuard } from './scopes.guard.js';
import { Secrets } from './secrets.js';

@Global()
@Module({
  imports: [IngestModule],
  providers: [
    { provide: CLOCK, useValue: systemClock },
    ApiKeysRepository,
    ApiKeysService,
    FeedbackTokens,
    FirstKey,
    Secrets,
    { provide: APP_GUARD, useClass: ScopesGuard },
  ],
  exports: [CLOCK, ApiKeysService, FeedbackTokens, Secrets],
})
export class SecurityModule {}
