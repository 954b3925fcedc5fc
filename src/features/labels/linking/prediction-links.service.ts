import { isRetryable, type TenantContext, UnavailableError, withDeadline } from '#kernel';
import { Injectable } from '@nestjs/common';
import { KnownPredictionsRepository, type PredictionReference } from './known-predictions.repository.js';
import type { Link } from '../vote.table.js';

/** Where a reference leads. */
export interface ResolvedLink {
  /** The record; null when it is not here, or not known to be. */
  predictionId: string | null;
  /** All records under the caller's id, the latest recorded first. */
  predictionIds: readonly string[];
  link: Link;
}

/** Looking a prediction up must not use up the time in which what was said becomes durable. */
const MAX_MS = 400;

class LinkTimeoutError extends UnavailableError {
  constructor() {
    super({ code: 'link_timeout', detail: 'The prediction could not be looked up in time.' });
  }
}

/** Finds the predictions that votes, labels and feedback are about; what cannot be found now is linked later. */
@Injectable()
export class PredictionLinks {
  constructor(private readonly known: KnownPredictionsRepository) {}

  async resolve(tenant: TenantContext, reference: PredictionReference): Promise<ResolvedLink> {
    return (await this.resolveAll(tenant, [reference]))[0] as ResolvedLink;
  }

  /** In the order of `references`. While the database cannot be asked, all of them are pending. */
  async resolveAll(tenant: TenantContext, references: readonly PredictionReference[]): Promise<ResolvedLink[]> {
    let known;
    try {
      known = await withDeadline(this.known.find(tenant, references), MAX_MS, () => new LinkTimeoutError());
    } catch (error) {
      // What was said is kept all the same: that is what the spool is for.
      if (!isRetryable(error)) throw error;
      return references.map(() => ({ predictionId: null, predictionIds: [], link: 'pending' }));
    }
    return references.map(({ inferenceId, predictionId }) => {
      const record = predictionId === null ? undefined : known.byId.get(predictionId);
      const under = predictionId === null ? (known.byInference.get(inferenceId ?? '') ?? []) : record ? [record] : [];
      const first = under[0] ?? null;
      return { predictionId: first, predictionIds: under, link: first === null ? 'pending' : 'linked' };
    });
  }
}
