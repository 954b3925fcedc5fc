import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK } from '#kernel';
import { Metrics } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { LinkPass, type LinkPassOptions, type Waiting } from './link-pass.js';
import { PendingLinkResolver } from './pending-link-resolver.service.js';

const EVERY_MS = 5000;
/** Most predictions are here within minutes of what is said about them; what is older is looked at now and then. */
const RECENT_MS = 15 * 60_000;
const FULL_EVERY = 60;

/** Links what came before its prediction, once the prediction is here. */
@Injectable()
export class PendingLinks {
  private rounds = 0;
  private readonly linked;
  private readonly passes: Pick<LinkPass<Waiting>, 'round'>[];

  constructor(
    settler: PendingLinkResolver,
    supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.linked = metrics.counter(
      'links_resolved_total',
      'Votes, labels and submissions whose prediction came after them.',
    );
    this.passes = [new LinkPass(settler.votes), new LinkPass(settler.labels)];
    // After an outage predictions of any age may have come in.
    supervisor.onRecovered(() => {
      this.rounds = 0;
    });
  }

  /** Something else that may come before its prediction. */
  register<Row extends Waiting>(options: LinkPassOptions<Row>): void {
    this.passes.push(new LinkPass(options));
  }

  @WhileDatabaseUp({ name: 'links.resolve', every: EVERY_MS })
  async run(): Promise<void> {
    const since = this.rounds++ % FULL_EVERY === 0 ? 0 : this.clock.now() - RECENT_MS;
    for (const pass of this.passes) this.linked.inc(await pass.round(since));
  }
}
