import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { BulkRow } from '#persistence';
import { FieldCipher } from '#secrets';
import { type AliasedVote, PendingLinksRepository } from './pending-links.repository.js';
import { voteId, VOTES } from '../vote.table.js';

/** Moves votes from an alias to the record: two servers may acknowledge the same record under different ids. */
@Injectable()
export class AliasedVotes {
  constructor(
    private readonly repository: PendingLinksRepository,
    private readonly cipher: FieldCipher,
  ) {}

  /** Moves the vote `id` to the record, unless the record has a newer vote of the same rater. */
  async move(tenant: TenantContext, id: string, recordId: string): Promise<void> {
    const vote = await this.repository.vote(tenant, id, recordId);
    if (vote) await this.repository.moveVote(tenant, vote, this.toRow(vote));
  }

  private toRow(vote: AliasedVote): BulkRow {
    const tenant = { tenantId: vote.tenantId };
    const comment =
      vote.comment === null ? null : this.cipher.open(tenant, VOTES.place(vote.id, 'comment'), vote.comment);
    const { acceptedAt, acceptedId, correct, label, rater, rating, recordId: predictionId, userId, withdrawn } = vote;
    const id = voteId(tenant, predictionId, rater);
    const content = { correct, label, rating, comment, withdrawn };
    return VOTES.toRow(
      tenant,
      { id, predictionId, rater, userId, ...content, acceptedId, acceptedAt, link: 'linked' },
      this.cipher,
    );
  }
}
