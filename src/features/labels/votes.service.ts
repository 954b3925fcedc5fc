import { Inject, Injectable } from '@nestjs/common';
import { acceptanceId, type Clock, CLOCK, type TenantContext } from '#kernel';
import { type Durability, Recorder } from '#ingest';
import { Metrics } from '#observability';
import { FieldCipher } from '#secrets';
import { PredictionLinks } from './linking/prediction-links.service.js';
import { type Link, voteId, type VoteInput, VOTES } from './vote.table.js';

export interface VoteResult {
  /** Of the vote: the same for every change by the same rater. */
  id: string;
  link: Link;
  persisted: Durability;
}

/** One vote of one rater about one prediction. */
export interface Ballot {
  predictionId: string;
  rater: string;
  /** Null withdraws. */
  vote: VoteInput | null;
}

/**
 * Takes what people say about predictions.
 *
 * - one vote for each rater: a later one replaces it, also when a replay brings the earlier one in afterwards
 * - for a prediction that is not here, or not yet, it is kept and linked when the prediction appears
 */
@Injectable()
export class VotesService {
  private readonly counted;

  constructor(
    private readonly recorder: Recorder,
    private readonly links: PredictionLinks,
    private readonly cipher: FieldCipher,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('votes_total', 'Votes accepted, changes and withdrawals included.', ['persisted']);
  }

  /** @throws NotRecordedError, QueueFullError (503) */
  async cast(tenant: TenantContext, { predictionId: given, rater, vote }: Ballot): Promise<VoteResult> {
    const target = await this.links.resolve(tenant, { predictionId: given, inferenceId: null });
    const predictionId = target.predictionId ?? given;
    const id = voteId(tenant, predictionId, rater);
    const comment = vote?.comment ?? null;
    const now = this.clock.now();
    const row = VOTES.toRow(
      tenant,
      VOTES.complete({
        ...vote,
        id,
        predictionId,
        rater,
        withdrawn: vote === null,
        acceptedId: acceptanceId(now),
        acceptedAt: now,
        link: target.link,
      }),
      this.cipher,
    );
    const bytes = (comment?.length ?? 0) * 2;
    const persisted = await this.recorder.put(tenant, { parts: [{ insert: VOTES.insert, rows: [row] }], bytes });
    this.counted.inc({ persisted });
    return { id, link: target.link, persisted };
  }
}
