import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK } from '#kernel';
import { Metrics } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { LinkPass, type LinkPassOptions, type PendingItem } from './link-pass.js';
import { PendingLinkResolver } from './pending-link-resolver.service.js';

const EVERY_MS = 5000;
/**
 * Age of the rows that every round checks. Most predictions arrive within minutes, so older rows are checked rarely.
 */
const RECENT_MS = 15 * 60_000;
/** Number of rounds from one check of all rows to the next. */
const FULL_EVERY = 60;

/** Links votes, labels and feedback that arrived before their predictions. */
@Injectable()
export class PendingLinks {
  private rounds = 0;
  private readonly linked;
  private readonly passes: Pick<LinkPass<PendingItem>, 'round'>[];

  constructor(
    resolver: PendingLinkResolver,
    supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.linked = metrics.counter(
      'links_resolved_total',
      'Votes, labels and submissions linked after their predictions arrived.',
    );
    this.passes = [new LinkPass(resolver.votes), new LinkPass(resolver.labels)];
    // After an outage, the replay may have written predictions of any age.
    supervisor.onRecovered(() => {
      this.rounds = 0;
    });
  }

  /** Registers another kind of row that may arrive before its prediction. */
  register<Row extends PendingItem>(options: LinkPassOptions<Row>): void {
    this.passes.push(new LinkPass(options));
  }

  @WhileDatabaseUp({ name: 'links.resolve', every: EVERY_MS })
  async run(): Promise<void> {
    const since = this.rounds++ % FULL_EVERY === 0 ? 0 : this.clock.now() - RECENT_MS;
    for (const pass of this.passes) this.linked.inc(await pass.round(since));
  }
}
