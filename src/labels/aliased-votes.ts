import { Injectable } from '@nestjs/common';
import { FieldCipher } from '../secrets/index.js';
import { type AliasedVote, PendingLinksRepository } from './pending-links.repository.js';
import { commentPlace, voteId } from './vote.js';

/** Votes about an id that a second server acknowledged for the same record. */
@Injectable()
export class AliasedVotes {
  constructor(
    private readonly repository: PendingLinksRepository,
    private readonly cipher: FieldCipher,
  ) {}

  /** Gives them to the record; a newer vote of the same rater that is there already stays. Answers how many. */
  async move(since: number): Promise<number> {
    const votes = await this.repository.aliasedVotes(since);
    for (const vote of votes) {
      await this.repository.moveVote({ tenantId: vote.tenantId }, vote.id, this.toRow(vote));
    }
    return votes.length;
  }

  private toRow(vote: AliasedVote): Record<string, unknown> {
    const { tenantId } = vote;
    const tenant = { tenantId };
    const id = voteId(tenant, vote.recordId, vote.rater);
    const comment = vote.comment === null ? null : this.cipher.open(tenant, commentPlace(vote.id), vote.comment);
    const { correct, label, rater, rating, withdrawn } = vote;
    return {
      id,
      tenant_id: tenantId,
      prediction_id: vote.recordId,
      rater,
      user_id: vote.userId,
      correct,
      label,
      rating,
      comment: comment === null ? null : this.cipher.seal(tenant, commentPlace(id), comment),
      withdrawn,
      accepted_id: vote.acceptedId,
      accepted_at: vote.acceptedAt,
      link: 'linked',
    };
  }
}
