import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, HOUR_MS } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { WhileDatabaseUp } from '#scheduling';
import { DAYS, HOURS } from './rollup-insert.js';
import { RollupsRepository } from './rollups.repository.js';

const FOLD_EVERY_MS = 900_000;
/** Delay after which an ended day is closed, in milliseconds. Most late predictions have arrived by then. */
const GRACE_MS = HOUR_MS;
const BATCH_BUCKETS = 500;

/**
 * Merges the rows of single writers when their day is closed. Each start of a server creates new writers, and each writer
 * makes reading slower. Several servers may run this job at the same time, because a row is deleted by the server that
 * merges it.
 */
@Injectable()
export class RollupMaintenance {
  constructor(
    private readonly repository: RollupsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @WhileDatabaseUp({ name: 'rollups.fold', every: FOLD_EVERY_MS })
  async run(): Promise<void> {
    const rows = await this.foldClosedDays();
    if (rows > 0) this.logger.info({ rows, component: 'rollups' }, 'merged the rollups of closed days');
  }

  /** Merges the rows of closed days. Returns the number of merged rows. */
  async foldClosedDays(): Promise<number> {
    const now = this.clock.now() - GRACE_MS;
    const today = Math.floor(now / DAY_MS) * DAY_MS;
    let rows = 0;
    for (const insert of [HOURS, DAYS])
      for (let count = BATCH_BUCKETS; count === BATCH_BUCKETS;) {
        const buckets = await this.repository.unfolded(insert, today, BATCH_BUCKETS);
        for (const { start, tenantId } of buckets) rows += await this.repository.fold({ tenantId }, insert, start);
        count = buckets.length;
      }
    return rows;
  }
}
