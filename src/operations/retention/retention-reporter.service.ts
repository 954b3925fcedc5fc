import { Inject, Injectable } from '@nestjs/common';
import { formatTime } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Announcements, StoredTables } from '#persistence';
import { Mailer } from '#mail';
import { APP_LOGGER, type AppLogger } from '#observability';
import { Compaction } from './compaction.service.js';
import type { RetentionRun } from './retention.js';

/** Releases the space of deleted rows, and reports runs by log, mail and webhook. */
@Injectable()
export class RetentionReporter {
  constructor(
    private readonly compaction: Compaction,
    private readonly config: FeedbackLoopConfig,
    private readonly mailer: Mailer,
    private readonly announcements: Announcements,
    private readonly tables: StoredTables,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Refreshes what depends on the deleted rows, compacts the database, and reports finished runs. */
  async reportRuns(runs: readonly RetentionRun[]): Promise<void> {
    const kinds = new Set(runs.flatMap(({ deleted, kind }) => (deleted > 0 ? [kind] : [])));
    for (const kind of kinds) await this.tables.afterExpiry(kind);
    if (kinds.size > 0) await this.compaction.run();
    await this.notifyOperators(runs);
    for (const { cutoff, deleted, id, kind, tenantId } of runs)
      await this.announcements.announce(
        { tenantId },
        { type: 'retention.completed', data: { id, kind, deleted, cutoff: formatTime(cutoff) } },
      );
  }

  private async notifyOperators(runs: readonly RetentionRun[]): Promise<void> {
    for (const { deleted, kind, tenantId } of runs)
      if (deleted > 0)
        this.logger.info({ tenant_id: tenantId, component: kind, rows: deleted }, 'retention deleted rows');
    const {
      retention: { reportTo },
    } = this.config;
    if (reportTo === undefined || runs.length === 0) return;
    const lines = runs.map(
      ({ cutoff, deleted, kind, tenantId }) =>
        `${tenantId}  ${kind}  ${deleted} deleted, recorded before ${formatTime(cutoff)}`,
    );
    await this.mailer.send({
      to: reportTo,
      subject: `feedback-loop: retention deleted ${runs.reduce((sum, { deleted }) => sum + deleted, 0)} rows`,
      text: `Tenant, kind and number of deleted rows:\n\n${lines.join('\n')}\n`,
    });
  }
}
