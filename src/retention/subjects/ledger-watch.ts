import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { APP_LOGGER, type AppLogger } from '../../observability/index.js';
import { DatabaseSupervisor } from '../../persistence/index.js';
import { ErasureService } from './erasure.service.js';

const LOOK_EVERY_MS = 60_000;

/**
 * Whoever restores a database past `feedback-loop restore` (a dump, a snapshot, a point in time) brings erased people back. This server's
 * ledger then names requests that the database does not know of: they are erased again.
 */
@Injectable()
export class LedgerWatch {
  private running = false;

  constructor(
    private readonly erasure: ErasureService,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (this.running || !this.supervisor.isUp) return;
    this.running = true;
    try {
      const forgotten = await this.erasure.forgottenRequests();
      if (forgotten === 0) return;
      const found = await this.erasure.reapply();
      this.logger.warn(
        { count: forgotten, rows: found },
        'the database did not know of erasures that the ledger names, as after a restore: they have been applied again',
      );
    } catch (error) {
      this.logger.warn({ err: error }, 'the ledger of erasures could not be compared; the next attempt is in a minute');
    } finally {
      this.running = false;
    }
  }
}
