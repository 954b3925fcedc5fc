import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, HOUR_MS } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
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
  private nextLook = 0;

  constructor(
    private readonly erasures: ErasureReapplyService,
    supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    // A database that was down may come back as another one.
    supervisor.onRecovered(() => {
      this.nextLook = 0;
    });
  }

  @WhileDatabaseUp({ name: 'erasures.compare_ledger', every: LOOK_EVERY_MS })
  async look(): Promise<void> {
    if (this.clock.now() < this.nextLook) return;
    const count = await this.erasures.countMissingRequests();
    const rows = count === 0 ? 0 : await this.erasures.reapply();
    this.nextLook = this.clock.now() + LOOK_AGAIN_MS;
    if (count === 0) return;
    this.logger.warn(
      { count, rows },
      'erasures in the ledger were missing in the database, as after a restore; applied them again',
    );
  }
}
