import { Inject, Injectable } from '@nestjs/common';
import { acceptanceId, type Clock, CLOCK, type TenantContext, ValidationError } from '#kernel';
import type { Durability, RecordPlan } from '#ingest';
import { Metrics } from '#observability';
import { FieldCipher } from '#secrets';
import { PredictionLinks } from './linking/prediction-links.service.js';
import { judge, type Link, type Verdict, voteId, type VoteInput, VOTES } from './vote.table.js';

export interface VoteResult {
  /** Id of the vote, which is the same for every change by the same rater. */
  id: string;
  link: Link;
  persisted: Durability;
}

/** A new, changed or withdrawn vote of one rater on one prediction. */
export interface VoteChange {
  predictionId: string;
  rater: string;
  /** Null withdraws the vote. */
  vote: VoteInput | null;
}

/**
 * Plans the recording of votes.
 *
 * - each rater has one vote for each prediction; a later vote replaces it, even if a replay writes the earlier one last
 * - a vote on an unknown prediction is kept, and linked when the prediction arrives
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
    this.counted = metrics.counter('votes_total', 'Accepted votes, including changes and withdrawals.', ['persisted']);
  }

  /**
   * Plans to record a vote. The status is 201 (200 for a withdrawal) if vote and prediction are in the database, otherwise
   * 202.
   *
   * @throws ValidationError (422) if `correct` contradicts `label` and the prediction is known
   */
  async plan(
    tenant: TenantContext,
    { predictionId: givenId, rater, vote }: VoteChange,
  ): Promise<RecordPlan<VoteResult>> {
    const target = await this.links.resolve(tenant, { predictionId: givenId, inferenceId: null });
    const predictionId = target.predictionId ?? givenId;
    const id = voteId(tenant, predictionId, rater);
    const now = this.clock.now();
    const row = VOTES.toRow(
      tenant,
      VOTES.complete({
        ...vote,
        ...verdictOf(vote, target.predictedLabel),
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

/** @throws ValidationError if `correct` contradicts `label` */
function verdictOf(vote: VoteInput | null, predictedLabel: string | undefined): Verdict {
  const { correct = null, label = null } = vote ?? {};
  const verdict = judge({ correct, label, conflict: null }, predictedLabel);
  if (verdict.conflict)
    throw new ValidationError([
      {
        path: 'correct',
        message: `contradicts label, which is ${verdict.correct ? 'the predicted one' : 'not the predicted one'}`,
      },
    ]);
  return verdict;
}
