import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { FieldCipher } from '#secrets';
import { type AliasedVote, PendingLinksRepository } from './pending-links.repository.js';
import { commentPlace, voteId } from '../vote.js';

/** Votes about an id that a second server acknowledged for the same record. */
@Injectable()
export class AliasedVotes {
  constructor(
    private readonly repository: PendingLinksRepository,
    private readonly cipher: FieldCipher,
  ) {}

  /** Gives the vote `id` to the record; a newer vote of the same rater that is there already stays. */
  async move(tenant: TenantContext, id: string, recordId: string): Promise<void> {
    const vote = await this.repository.vote(tenant, id, recordId);
    if (vote) await this.repository.moveVote(tenant, vote, this.toRow(vote));
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
