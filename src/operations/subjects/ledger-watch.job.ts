import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, HOUR_MS } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { ErasureReapplyService } from './erasure-reapply.service.js';

const LOOK_EVERY_MS = 60_000;
/** While the database stays, nobody can have put another in its place; nearly. */
const LOOK_AGAIN_MS = 6 * HOUR_MS;

/**
 * Whoever restores a database past `feedback-loop restore` (a dump, a snapshot, a point in time) brings erased people back. This server's
 * ledger then names requests that the database does not know of: they are erased again.
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
    const forgotten = await this.erasures.forgottenRequests();
    const rows = forgotten === 0 ? 0 : await this.erasures.reapply();
    this.nextLook = this.clock.now() + LOOK_AGAIN_MS;
    if (forgotten === 0) return;
    this.logger.warn(
      { count: forgotten, rows },
      'the database did not know of erasures that the ledger names, as after a restore: they have been applied again',
    );
  }
}
