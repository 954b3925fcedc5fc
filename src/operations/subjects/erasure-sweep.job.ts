import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK, DAY_MS } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { ErasureLedger, type LedgerEntry } from './erasure-ledger.service.js';
import { ErasuresRepository, type Tombstone } from './erasures.repository.js';
import { LocalErasure } from './local-erasure.service.js';

const SWEEP_EVERY_MS = 60_000;
/** Covers erasures that this server missed while it was stopped. */
const FIRST_LOOK_BACK_MS = 400 * DAY_MS;
/** Maximum difference between the clocks of two servers. */
const OVERLAP_MS = 300_000;

/**
 * Applies erasures that were requested on other servers to this server's own spool, dead letters and archive, within a
 * minute.
 */
@Injectable()
export class ErasureSweepJob {
  private sweptAt = 0;
  private running = false;

  constructor(
    private readonly repository: ErasuresRepository,
    private readonly ledger: ErasureLedger,
    private readonly local: LocalErasure,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweep(): Promise<void> {
    if (this.running || !this.supervisor.isUp || !this.local.isPossible) return;
    this.running = true;
    const now = this.clock.now();
    const since = this.sweptAt === 0 ? now - FIRST_LOOK_BACK_MS : this.sweptAt - OVERLAP_MS;
    try {
      const tombstones = await this.repository.tombstonesSince(since);
      await this.ledger.append(tombstones.map(toEntry));
      if (tombstones.length > 0) await this.local.remove();
      this.sweptAt = now;
    } catch (error) {
      this.logger.warn(
        { err: error },
        'failed to apply the erasures of other servers; the next attempt is in a minute',
      );
    } finally {
      this.running = false;
    }
  }
}

function toEntry({ requestedAt, subjectHash, tenantId }: Tombstone): LedgerEntry {
  return { tenant_id: tenantId, subject_hash: subjectHash, requested_at: requestedAt };
}
