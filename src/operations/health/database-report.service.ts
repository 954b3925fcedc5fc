import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DATABASE, type Database, DurabilityService } from '#persistence';

/** Reports what surrounds the database: its replicas, and what can undo its commits. */
@Injectable()
export class DatabaseReport {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly durability: DurabilityService,
  ) {}

  report(indicators: HealthIndicatorService): HealthIndicatorResult {
    return { ...this.durabilityReport(indicators), ...this.replicas(indicators) };
  }

  /**
   * Down when acknowledged records can be lost. This does not change the server's state, because another server would
   * have the same database.
   */
  private durabilityReport(indicators: HealthIndicatorService): HealthIndicatorResult {
    const { risks } = this.durability;
    const indicator = indicators.check('durability');
    return risks.length > 0 ? indicator.down({ risks: [...risks] }) : indicator.up({ risks: [] });
  }

  /**
   * Reports replicas. Their failure does not change the server's state, because the primary takes over their queries.
   */
  private replicas(indicators: HealthIndicatorService): HealthIndicatorResult {
    const statuses = this.database.replicas();
    if (statuses.length === 0) return {};
    const replicas = statuses.map(({ lagMs, name, state }) => ({ name, state, lag_ms: lagMs }));
    const indicator = indicators.check('replicas');
    return statuses.some(({ state }) => state === 'up') ? indicator.up({ replicas }) : indicator.down({ replicas });
  }
}
