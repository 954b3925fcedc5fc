import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { RETENTION_KINDS, type RetentionKind } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { RetentionReporter } from './retention-reporter.service.js';
import { RetentionService } from './retention.service.js';

const LOOK_EVERY_MS = 300_000;
/** A day minus the time that a run may take; otherwise each run would start later than the one of the day before. */
const DUE_MS = DAY_MS - 3_600_000;

/** Runs retention once a day, on the server that checks first, and reports the runs. */
@Injectable()
export class RetentionSchedule {
  constructor(
    private readonly service: RetentionService,
    private readonly reporter: RetentionReporter,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @WhileDatabaseUp({ name: 'retention.run', every: LOOK_EVERY_MS })
  async run(): Promise<void> {
    if (!this.config.retention.enabled) return;
    const since = this.clock.now() - DUE_MS;
    const kinds: RetentionKind[] = [];
    for (const kind of RETENTION_KINDS) if (await this.service.isDue(kind, since)) kinds.push(kind);
    if (kinds.length === 0) return;
    const runs = await this.service.run({ kinds });
    await this.reporter.reportRuns(runs);
  }
}
