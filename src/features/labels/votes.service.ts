import { Inject, Injectable } from '@nestjs/common';
import { acceptanceId, type Clock, CLOCK, type TenantContext } from '#kernel';
import type { Durability, RecordPlan } from '#ingest';
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
    private readonly links: PredictionLinks,
    private readonly cipher: FieldCipher,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('votes_total', 'Votes accepted, changes and withdrawals included.', ['persisted']);
  }

  /** Plans to record a vote. The answer is 201 (200 for a withdrawal) when vote and prediction are in the database, else 202. */
  async plan(tenant: TenantContext, { predictionId: given, rater, vote }: Ballot): Promise<RecordPlan<VoteResult>> {
    const target = await this.links.resolve(tenant, { predictionId: given, inferenceId: null });
    const predictionId = target.predictionId ?? given;
    const id = voteId(tenant, predictionId, rater);
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
    const stored = vote === null ? 200 : 201;
    return {
      batch: { parts: [{ insert: VOTES.insert, rows: [row] }], bytes: (vote?.comment?.length ?? 0) * 2 },
      recordIds: [id],
      answer: (persisted) => ({
        status: persisted === 'spool' || target.link === 'pending' ? 202 : stored,
        body: { id, link: target.link, persisted },
      }),
      recorded: (persisted) => this.counted.inc({ persisted }),
    };
  }
}
