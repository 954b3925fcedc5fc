import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, HOUR_MS } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { WhileDatabaseUp } from '#scheduling';
import { DAYS, HOURS } from './rollup-insert.js';
import { RollupsRepository } from './rollups.repository.js';

const LOOK_EVERY_MS = 900_000;
/** A day is closed this long after it ended: most of what comes late has come. */
const GRACE_MS = HOUR_MS;
const AT_ONCE = 500;

/**
 * Folds the rows of single writers once their day is over: every start of a server makes new writers, and reading would cost more with
 * each. Any number of servers may do it at the same time: what one has taken, the others do not find.
 */
@Injectable()
export class RollupMaintenance {
  constructor(
    private readonly repository: RollupsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @WhileDatabaseUp({ name: 'rollups.fold', every: LOOK_EVERY_MS })
  async run(): Promise<void> {
    const rows = await this.foldClosedDays();
    if (rows > 0) this.logger.info({ rows, component: 'rollups' }, 'rollups of closed days folded');
  }

  /** Answers how many rows became part of others. */
  async foldClosedDays(): Promise<number> {
    const now = this.clock.now() - GRACE_MS;
    const today = Math.floor(now / DAY_MS) * DAY_MS;
    let rows = 0;
    for (const insert of [HOURS, DAYS])
      for (let found = AT_ONCE; found === AT_ONCE;) {
        const buckets = await this.repository.unfolded(insert, today, AT_ONCE);
        for (const { start, tenantId } of buckets) rows += await this.repository.fold({ tenantId }, insert, start);
        found = buckets.length;
      }
    return rows;
  }
}
