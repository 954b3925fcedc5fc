import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { ReadableBodyGuard } from '#http';
import { IngestModule } from '#ingest';
import { RedisConnection } from '#redis';
import { AdministrationController } from './administration/administration.controller.js';
import { KeysAdministrationService } from './administration/keys-administration.service.js';
import { KeysRepository } from './administration/keys.repository.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { ReencryptionService } from './encryption/reencryption.service.js';
import { SealedValuesRepository } from './encryption/sealed-values.repository.js';
import { FeedbackTokens } from './feedback-tokens.js';
import { FirstKey } from './first-key.js';
import { Passwords } from './people/passwords.js';
import { PasswordLinks } from './people/password-links.js';
import { SessionsController } from './people/sessions.controller.js';
import { SessionsRepository } from './people/sessions.repository.js';
import { SessionsMaintenance, SessionsService } from './people/sessions.service.js';
import { UsersController } from './people/users.controller.js';
import { UsersRepository } from './people/users.repository.js';
import { UsersService } from './people/users.service.js';
import { ScopesGuard } from './scopes.guard.js';
import { SharedKeyMemory } from './shared-key-memory.js';
import { RateLimitGuard, RateLimiter, RedisThrottleStorage } from './throttling/index.js';

@Global()
@Module({
  imports: [
    IngestModule,
    ThrottlerModule.forRootAsync({
      inject: [RedisConnection],
      // Its guard and its storage are not used: the guard counts by route, the storage keeps every hit.
      useFactory: (redis: RedisConnection) => ({ throttlers: [], storage: new RedisThrottleStorage(redis) }),
    }),
  ],
  controllers: [AdministrationController, SessionsController, UsersController],
  providers: [
    ApiKeysRepository,
    ApiKeysService,
    FeedbackTokens,
    FirstKey,
    KeysAdministrationService,
    KeysRepository,
    PasswordLinks,
    Passwords,
    RateLimiter,
    ReencryptionService,
    SealedValuesRepository,
    SessionsMaintenance,
    SessionsRepository,
    SessionsService,
    SharedKeyMemory,
    UsersRepository,
    UsersService,
    // In this order: who it is, how often, and then what they sent.
    { provide: APP_GUARD, useClass: ScopesGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: ReadableBodyGuard },
  ],
  exports: [ApiKeysService, FeedbackTokens, KeysAdministrationService, RateLimiter, ReencryptionService, UsersService],
})
export class SecurityModule {}
