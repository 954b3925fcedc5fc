import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { Authenticators } from '#security';
import { Passwords } from './passwords.service.js';
import { PasswordLinks } from './password-links.service.js';
import { SessionAuthenticator } from './session-authenticator.service.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsMaintenance } from './sessions-maintenance.job.js';
import { SessionsService } from './sessions.service.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

/** User accounts, with their passwords and sessions. */
@Module({
  imports: [IngestModule],
  controllers: [SessionsController, UsersController],
  providers: [
    PasswordLinks,
    Passwords,
    SessionAuthenticator,
    SessionsMaintenance,
    SessionsRepository,
    SessionsService,
    UsersRepository,
    UsersService,
  ],
  exports: [UsersService],
})
export class AccountsModule {
  constructor(authenticators: Authenticators, sessions: SessionAuthenticator) {
    authenticators.register(sessions);
  }
}
