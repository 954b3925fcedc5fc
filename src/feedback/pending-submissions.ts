import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK } from '../common/index.js';
import { KnownPredictionsRepository, LinkPass } from '../labels/index.js';
import { APP_LOGGER, type AppLogger } from '../observability/index.js';
import { DatabaseSupervisor } from '../persistence/index.js';
import { type PendingSubmission, PendingSubmissionsRepository } from './pending-submissions.repository.js';

const EVERY_MS = 5000;
const RECENT_MS = 15 * 60_000;
const FULL_EVERY = 60;

/** Links submissions that came before their prediction, once the prediction is here. */
@Injectable()
export class PendingSubmissions {
  private rounds = 0;
  private running = false;
  private readonly pass: LinkPass<PendingSubmission>;

  constructor(
    private readonly repository: PendingSubmissionsRepository,
    private readonly known: KnownPredictionsRepository,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.pass = new LinkPass({
      next: (...args) => repository.nextSubmissions(...args),
      settle: (tenantId, rows) => this.settle(tenantId, rows),
    });
    supervisor.onRecovered(() => {
      this.rounds = 0;
    });
  }

  @Interval(EVERY_MS)
  async run(): Promise<void> {
    if (this.running || !this.supervisor.isUp) return;
    this.running = true;
    try {
      const since = this.rounds++ % FULL_EVERY === 0 ? 0 : this.clock.now() - RECENT_MS;
      await this.pass.round(since);
    } catch (error) {
      this.logger.debug(
        { err: error },
        'pending submissions could not be looked at; the next attempt is in five seconds',
      );
    } finally {
      this.running = false;
    }
  }

  private async settle(tenantId: string, rows: readonly PendingSubmission[]): Promise<number> {
    const tenant = { tenantId };
    const references = rows.map(({ predictionId }) => ({ predictionId, inferenceId: null }));
    const { byId } = await this.known.find(tenant, references);
    const links = rows.flatMap(({ id, predictionId }) => {
      const record = byId.get(predictionId);
      return record === undefined ? [] : [{ id, predictionId: record }];
    });
    if (links.length > 0) await this.repository.linkSubmissions(tenant, links);
    return links.length;
  }
}
