import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK, HOUR_MS } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { ErasureReapplyService } from './erasure-reapply.service.js';

const LOOK_EVERY_MS = 60_000;
/** Between outages the database is hardly ever replaced, so a rare check is enough. */
const LOOK_AGAIN_MS = 6 * HOUR_MS;

/**
 * Erases subjects again after a restore that did not use `feedback-loop restore`: a dump, a snapshot or a point in
 * time. Such a restore brings erased subjects back. It shows in this server's ledger, which then names requests that
 * are missing in the database.
 */
@Injectable()
export class LedgerWatch {
  private running = false;
  private nextLook = 0;

  constructor(
    private readonly erasures: ErasureReapplyService,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    // After an outage, the database may have been replaced.
    if (!this.supervisor.isUp) this.nextLook = 0;
    if (this.running || !this.supervisor.isUp || this.clock.now() < this.nextLook) return;
    this.running = true;
    try {
      const forgotten = await this.erasures.countMissingRequests();
      const found = forgotten === 0 ? 0 : await this.erasures.reapply();
      this.nextLook = this.clock.now() + LOOK_AGAIN_MS;
      if (forgotten === 0) return;
      this.logger.warn(
        { count: forgotten, rows: found },
        'erasures in the ledger were missing in the database, as after a restore; applied them again',
      );
    } catch (error) {
      this.logger.warn(
        { err: error },
        'failed to compare the ledger of erasures with the database; the next attempt is in a minute',
      );
    } finally {
      this.running = false;
    }
  }
}
