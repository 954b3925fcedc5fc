import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { type Clock, CLOCK } from '#kernel';
import { ReadableBodyGuard, UndeclaredInputGuard } from '#http';
import { IngestModule } from '#ingest';
import { RedisConnection } from '#redis';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { Authenticators } from './authenticators.registry.js';
import { ReencryptionService } from './encryption/reencryption.service.js';
import { SealedValuesRepository } from './encryption/sealed-values.repository.js';
import { FeedbackTokens } from './feedback-tokens.service.js';
import { FirstKey } from './first-key.service.js';
import { ScopesGuard } from './scopes.guard.js';
import { SharedKeyCache } from './shared-key-cache.service.js';
import { TenantsRepository } from './tenants.repository.js';
import { RateLimitGuard, RateLimiter, RedisThrottleStorage } from './throttling/index.js';

@Global()
@Module({
  imports: [
    IngestModule,
    ThrottlerModule.forRootAsync({
      inject: [RedisConnection, CLOCK],
      // We use neither its guard, which counts by route, nor its storage, which keeps every hit.
      useFactory: (redis: RedisConnection, clock: Clock) => ({
        throttlers: [],
        storage: new RedisThrottleStorage(redis, clock),
      }),
    }),
  ],
  providers: [
    ApiKeysRepository,
    ApiKeysService,
    Authenticators,
    FeedbackTokens,
    FirstKey,
    RateLimiter,
    ReencryptionService,
    SealedValuesRepository,
    SharedKeyCache,
    TenantsRepository,
    // The order matters: authentication, then rate limits, then the body.
    { provide: APP_GUARD, useClass: ScopesGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: UndeclaredInputGuard },
    { provide: APP_GUARD, useClass: ReadableBodyGuard },
  ],
  exports: [ApiKeysService, Authenticators, FeedbackTokens, RateLimiter, ReencryptionService, TenantsRepository],
})
export class SecurityModule {}
