import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { JudgedLabel } from './label.table.js';
import { VerdictsRepository } from './verdicts.repository.js';
import type { VoteSummary } from './vote.table.js';

/** What was said about a prediction. */
export interface Verdicts {
  votes: VoteSummary;
  labels: JudgedLabel[];
}

/** Brings predictions together with votes and labels, whatever came first. */
@Injectable()
export class VerdictsService {
  constructor(private readonly repository: VerdictsRepository) {}

  /** `askedAs` is an alias of `id`, or the same. */
  async of(
    tenant: TenantContext,
    { askedAs, id, inferenceId }: { id: string; askedAs: string; inferenceId: string | null },
  ): Promise<Verdicts> {
    const ids = [...new Set([id, askedAs])];
    const [votes, labels] = await Promise.all([
      this.repository.votes(tenant, ids),
      this.repository.labels(tenant, ids, inferenceId),
    ]);
    return { votes, labels };
  }
}
