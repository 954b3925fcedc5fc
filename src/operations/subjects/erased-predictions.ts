import { LRUCache } from 'lru-cache';
import type { BulkRow } from '#persistence';

const MAX_IDS = 100_000;

/**
 * Remembers predictions of erased subjects that were refused, so that later records about them are refused too.
 *
 * - Refused are votes and labels, and feedback without a subject of its own if its link to the prediction was verified.
 * - The database does the same: it erases these records together with their prediction.
 */
export class ErasedPredictions {
  /** Time of the erasure request (milliseconds since 1970), by tenant and prediction id. */
  private readonly ids = new LRUCache<string, number>({ max: MAX_IDS });
  /**
   * The same by `inference_id`, which need not be unique. It serves labels that name their prediction in no other way.
   */
  private readonly inferenceIds = new LRUCache<string, number>({ max: MAX_IDS });

  /** Remembers a refused prediction. `requestedAt`: milliseconds since 1970. */
  add(tenantId: string, { id, inference_id }: BulkRow, requestedAt: number): void {
    if (typeof id === 'string') this.ids.set(`${tenantId} ${id}`, requestedAt);
    if (typeof inference_id === 'string') this.inferenceIds.set(`${tenantId} ${inference_id}`, requestedAt);
  }

  /** Whether a row that was accepted at `acceptedAt` (milliseconds since 1970) is about a remembered prediction. */
  refersToErased(tenantId: string, row: BulkRow, acceptedAt: number): boolean {
    const { given_prediction_id, inference_id, prediction_id } = row;
    const named = prediction_id ?? given_prediction_id;
    if (typeof named === 'string')
      return !belongsToOthers(row) && isErased(this.ids.get(`${tenantId} ${named}`), acceptedAt);
    // Predictions have an `inference_id` too. Only labels have the field `given_prediction_id`.
    if (!('given_prediction_id' in row) || typeof inference_id !== 'string') return false;
    return isErased(this.inferenceIds.get(`${tenantId} ${inference_id}`), acceptedAt);
  }
}

/** `acceptedAt` is `-Infinity` when it is unknown, which must not match a prediction that was never erased. */
function isErased(requestedAt: number | undefined, acceptedAt: number): boolean {
  return requestedAt !== undefined && requestedAt >= acceptedAt;
}

/** Whether the row is feedback of another subject, or feedback whose link to the prediction was not verified. */
function belongsToOthers(row: BulkRow): boolean {
  return 'description' in row && (row.user_id != null || row.link === 'unverified');
}
