import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { BulkRow } from '#persistence';
import { FieldCipher } from '#secrets';
import { type AliasedVote, PendingLinksRepository } from './pending-links.repository.js';
import { judge, voteId, VOTES } from '../vote.table.js';

/** Moves votes from an alias to the record: two servers may acknowledge the same record under different ids. */
@Injectable()
export class AliasedVotes {
  constructor(
    private readonly repository: PendingLinksRepository,
    private readonly cipher: FieldCipher,
  ) {}

  /** Moves the vote `id` to the record, unless the record has a newer vote of the same rater. */
  async move(tenant: TenantContext, id: string, record: { id: string; label: string | undefined }): Promise<void> {
    const vote = await this.repository.vote(tenant, id, record.id);
    if (vote) await this.repository.moveVote(tenant, vote, this.toRow(vote, record.label));
  }

  private toRow(vote: AliasedVote, predictedLabel: string | undefined): BulkRow {
    const tenant = { tenantId: vote.tenantId };
    const comment =
      vote.comment === null ? null : this.cipher.open(tenant, VOTES.place(vote.id, 'comment'), vote.comment);
    const { acceptedAt, acceptedId, label, rater, rating, recordId: predictionId, userId, withdrawn } = vote;
    const id = voteId(tenant, predictionId, rater);
    const content = { ...judge(vote, predictedLabel), label, rating, comment, withdrawn };
    return VOTES.toRow(
      tenant,
      { id, predictionId, rater, userId, ...content, acceptedId, acceptedAt, link: 'linked' },
      this.cipher,
    );
  }
}
