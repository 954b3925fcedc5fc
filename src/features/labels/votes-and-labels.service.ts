import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { PredictionLabel } from './label.table.js';
import { VotesAndLabelsRepository } from './votes-and-labels.repository.js';
import type { VoteSummary } from './vote.table.js';

/** Votes and labels of one prediction. */
export interface VotesAndLabels {
  votes: VoteSummary;
  labels: PredictionLabel[];
}

/** Reads the votes and labels of predictions. */
@Injectable()
export class VotesAndLabelsService {
  constructor(private readonly repository: VotesAndLabelsRepository) {}

  /** Returns the votes and labels of a prediction. `requestedId` is `id` or an alias of it. */
  async of(
    tenant: TenantContext,
    { requestedId, id, inferenceId }: { id: string; requestedId: string; inferenceId: string | null },
  ): Promise<VotesAndLabels> {
    const ids = [...new Set([id, requestedId])];
    const [votes, labels] = await Promise.all([
      this.repository.votes(tenant, ids),
      this.repository.labels(tenant, ids, inferenceId),
    ]);
    return { votes, labels };
  }
}
