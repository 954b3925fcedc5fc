import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK } from '../common/index.js';
import { APP_LOGGER, type AppLogger } from '../observability/index.js';
import { DatabaseSupervisor } from '../persistence/index.js';
import { PendingSubmissionsRepository } from './pending-submissions.repository.js';

const EVERY_MS = 5000;
const RECENT_MS = 15 * 60_000;
const FULL_EVERY = 60;

/** Links submissions that came before their prediction, once the prediction is here. */
@Injectable()
export class PendingSubmissions {
  private rounds = 0;
  private running = false;

  constructor(
    private readonly repository: PendingSubmissionsRepository,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    supervisor.onRecovered(() => {
      this.rounds = 0;
    });
  }

  @Interval(EVERY_MS)
  async run(): Promise<void> {
    if (this.running || !this.supervisor.isUp) return;
    this.running = true;
    try {
      const since = this.rounds++ % FULL_EVERY === 0 ? 0 : this.clock.now() - RECENT_MS;
      while ((await this.repository.link(since)) > 0);
    } catch (error) {
      this.logger.debug(
        { err: error },
        'pending submissions could not be looked at; the next attempt is in five seconds',
      );
    } finally {
      this.running = false;
    }
  }
}
