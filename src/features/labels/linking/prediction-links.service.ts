import { isRetryable, type TenantContext, UnavailableError, withDeadline } from '#kernel';
import { Injectable } from '@nestjs/common';
import { KnownPredictionsRepository, type PredictionReference } from './known-predictions.repository.js';
import type { Link } from '../vote.table.js';

/** Result of looking up a reference. */
export interface ResolvedLink {
  /** Id of the record; null if it is not in the database or the database did not respond. */
  predictionId: string | null;
  /** Ids of all records with the caller's id, latest first. */
  predictionIds: readonly string[];
  /** Predicted label of the record. */
  predictedLabel?: string | undefined;
  link: Link;
}

/**
 * Maximum duration of a lookup, in milliseconds. The rest of the request must suffice to make the vote or label
 * durable.
 */
const LOOKUP_TIMEOUT_MS = 400;

class LinkTimeoutError extends UnavailableError {
  constructor() {
    super({ code: 'link_timeout', detail: 'The prediction could not be looked up in time.' });
  }
}

/** Finds the predictions of votes, labels and feedback. Those that are not found are linked later. */
@Injectable()
export class PredictionLinks {
  constructor(private readonly known: KnownPredictionsRepository) {}

  /** Returns the link of one reference, as `resolveAll` does. */
  async resolve(tenant: TenantContext, reference: PredictionReference): Promise<ResolvedLink> {
    return (await this.resolveAll(tenant, [reference]))[0] as ResolvedLink;
  }

  /**
   * Returns the links in the order of `references`. All of them are pending while the database is unavailable.
   * @throws Error when the database fails for another reason
   */
  async resolveAll(tenant: TenantContext, references: readonly PredictionReference[]): Promise<ResolvedLink[]> {
    let known;
    try {
      known = await withDeadline(this.known.find(tenant, references), LOOKUP_TIMEOUT_MS, () => new LinkTimeoutError());
    } catch (error) {
      // The vote or label can still be recorded in the spool.
      if (!isRetryable(error)) throw error;
      return references.map(() => ({ predictionId: null, predictionIds: [], link: 'pending' }));
    }
    return references.map(({ inferenceId, predictionId }) => {
      const record = predictionId === null ? undefined : known.byId.get(predictionId);
      const records = predictionId === null ? (known.byInference.get(inferenceId ?? '') ?? []) : record ? [record] : [];
      const first = records[0] ?? null;
      return {
        predictionId: first,
        predictionIds: records,
        predictedLabel: first === null ? undefined : known.labelOf.get(first),
        link: first === null ? 'pending' : 'linked',
      };
    });
  }
}
