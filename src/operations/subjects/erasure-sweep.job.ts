import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS } from '#kernel';
import { WhileDatabaseUp } from '#scheduling';
import { ErasureLedger, type LedgerEntry } from './erasure-ledger.service.js';
import { ErasuresRepository, type Tombstone } from './erasures.repository.js';
import { LocalErasure } from './local-erasure.service.js';

const SWEEP_EVERY_MS = 60_000;
/** Covers erasures that this server missed while it was stopped. */
const FIRST_LOOK_BACK_MS = 400 * DAY_MS;
/** Covers an erasure whose transaction took long, and the uncertainty of the clocks of servers. */
const OVERLAP_MS = 300_000;

/**
 * Applies erasures that were requested on other servers to this server's own spool, dead letters and archive, within a
 * minute.
 */
@Injectable()
export class ErasureSweepJob {
  private sweptAt = 0;

  constructor(
    private readonly repository: ErasuresRepository,
    private readonly ledger: ErasureLedger,
    private readonly local: LocalErasure,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @WhileDatabaseUp({ name: 'erasures.sweep', every: SWEEP_EVERY_MS })
  async sweep(): Promise<void> {
    if (!this.local.isPossible) return;
    const now = this.clock.now();
    const since = this.sweptAt === 0 ? now - FIRST_LOOK_BACK_MS : this.sweptAt - OVERLAP_MS;
    const tombstones = await this.repository.tombstonesSince(since);
    await this.ledger.append(tombstones.map(toEntry));
    if (tombstones.length > 0) await this.local.remove();
    this.sweptAt = now;
  }
}

function toEntry({ requestedAt, subjectHash, tenantId }: Tombstone): LedgerEntry {
  return { tenant_id: tenantId, subject_hash: subjectHash, requested_at: requestedAt };
}
