import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, sleep, type TenantContext } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { SearchIndexRepository } from '../search-index.repository.js';
import { CleanupRepository, type Removed } from './cleanup.repository.js';

export interface Cleanup extends Removed {
  /** Submissions received before this time are deleted, in milliseconds since 1970. */
  cutoff: number;
}

const BATCH_ROWS = 500;
const PAUSE_MS = 20;

/** Deletes expired submissions in small batches, so that requests are not blocked. */
@Injectable()
export class CleanupService {
  constructor(
    private readonly repository: CleanupRepository,
    private readonly search: SearchIndexRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Counts without deleting. */
  async preview(tenant: TenantContext, days: number): Promise<Cleanup> {
    const cutoff = this.cutoff(days);
    return { ...(await this.repository.countBefore(tenant, cutoff)), cutoff };
  }

  /** Deletes submissions that are older than `days`. */
  async run(tenant: TenantContext, days: number): Promise<Cleanup> {
    const cutoff = this.cutoff(days);
    const sum = { submissions: 0, screenshots: 0, cutoff };
    for (;;) {
      const removed = await this.repository.deleteBefore(tenant, cutoff, BATCH_ROWS);
      sum.submissions += removed.submissions;
      sum.screenshots += removed.screenshots;
      if (removed.submissions < BATCH_ROWS) break;
      await sleep(PAUSE_MS);
    }
    if (sum.submissions > 0) await this.search.purge();
    this.logger.info(
      { tenant_id: tenant.tenantId, rows: sum.submissions, count: sum.screenshots },
      'deleted expired feedback',
    );
    return sum;
  }

  private cutoff(days: number): number {
    return this.clock.now() - days * DAY_MS;
  }
}
