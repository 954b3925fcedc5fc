import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK, DAY_MS, HOUR_MS } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from '#persistence';
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
  private running = false;

  constructor(
    private readonly repository: RollupsRepository,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (this.running || !this.supervisor.isUp) return;
    this.running = true;
    try {
      const folded = await this.foldClosedDays();
      if (folded > 0) this.logger.info({ rows: folded, component: 'rollups' }, 'rollups of closed days folded');
    } catch (error) {
      this.logger.warn({ err: error }, 'rollups could not be folded; the next attempt is in a quarter of an hour');
    } finally {
      this.running = false;
    }
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
