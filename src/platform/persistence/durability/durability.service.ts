import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { WhileDatabaseUp } from '#scheduling';
import type { Database } from '../contract/database.js';
import { DATABASE } from '../contract/tokens.js';
import { DatabaseSupervisor } from '../lifecycle/database-supervisor.service.js';
import type { DurabilityRisk } from './durability-risk.js';
import { folderRisks } from './folder-risks.js';

const CHECK_EVERY_MS = 60_000;

/**
 * Knows what in the surroundings of this server can undo what it acknowledged.
 *
 * - the folders are checked at start, and the database when it opens and once a minute, because its settings and tables
 *   can change while it runs
 * - each risk is logged when it appears and when it is gone
 */
@Injectable()
export class DurabilityService implements OnModuleInit {
  private readonly ofFolders: DurabilityRisk[];
  private ofDatabase: DurabilityRisk[] = [];

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    supervisor: DatabaseSupervisor,
    config: FeedbackLoopConfig,
    metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.ofFolders = folderRisks(config);
    metrics.gauge(
      'durability_risk',
      '1 for each setting or volume in the surroundings that can lose acknowledged records.',
      () => this.risks.map(({ code }) => ({ labels: { risk: code }, value: 1 })),
      ['risk'],
    );
    // A failed check must not keep the database closed; it is repeated.
    supervisor.onReady(() => this.check().catch((error: unknown) => this.warn(error)));
  }

  get risks(): readonly DurabilityRisk[] {
    return [...this.ofDatabase, ...this.ofFolders];
  }

  onModuleInit(): void {
    this.report(this.ofFolders);
  }

  @WhileDatabaseUp({ name: 'durability.check', every: CHECK_EVERY_MS })
  async check(): Promise<void> {
    const before = this.ofDatabase;
    const now = await this.database.durabilityRisks();
    this.ofDatabase = now;
    this.report(now.filter(({ problem }) => !before.some((other) => other.problem === problem)));
    for (const { code } of before)
      if (!now.some((other) => other.code === code)) this.logger.info({ risk: code }, 'a risk to records is gone');
  }

  private report(risks: readonly DurabilityRisk[]): void {
    for (const { code, problem, remedy } of risks)
      this.logger.warn({ risk: code, problem, remedy }, 'acknowledged records can be lost');
  }

  private warn(error: unknown): void {
    this.logger.warn({ err: error }, 'failed to check whether the database keeps what it commits');
  }
}
