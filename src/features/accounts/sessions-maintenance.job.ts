import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK, HOUR_MS } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { SessionsRepository } from './sessions.repository.js';

const MINUTE_MS = 60_000;

/** Removes expired sessions and password links, and old failed attempts. */
@Injectable()
export class SessionsMaintenance {
  constructor(
    private readonly repository: SessionsRepository,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Interval(HOUR_MS)
  async run(): Promise<void> {
    try {
      await this.repository.prune(this.clock.now(), this.config.accounts.loginLockMinutes * MINUTE_MS);
    } catch (error) {
      this.logger.debug({ err: error }, 'old sessions could not be removed; the next attempt is in an hour');
    }
  }
}
