import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, HOUR_MS } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { WhileDatabaseUp } from '#scheduling';
import { SessionsRepository } from './sessions.repository.js';

const MINUTE_MS = 60_000;

/** Removes expired sessions and password links, and failed sign-ins that no longer count. */
@Injectable()
export class SessionsMaintenance {
  constructor(
    private readonly repository: SessionsRepository,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @WhileDatabaseUp({ name: 'sessions.prune', every: HOUR_MS })
  async run(): Promise<void> {
    await this.repository.prune(this.clock.now(), this.config.accounts.loginLockMinutes * MINUTE_MS);
  }
}
