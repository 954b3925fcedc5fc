import { LRUCache } from 'lru-cache';
import type { BulkRow } from '#persistence';

const MOST = 100_000;

/**
 * Predictions of erased subjects that were not let in, so that what is said of them, and comes behind them, is not let in either: votes and
 * labels, and feedback that has no subject of its own and that somebody vouched for. As in the database, where those go with their prediction.
 */
export class GoneRecords {
  /** When they were asked to be erased, by tenant and id. */
  private readonly ids = new LRUCache<string, number>({ max: MOST });
  /** The same by the caller's own id, which need not be unique: of use for labels that know their prediction by nothing else. */
  private readonly inferenceIds = new LRUCache<string, number>({ max: MOST });

  add(tenantId: string, { id, inference_id }: BulkRow, requestedAt: number): void {
    if (typeof id === 'string') this.ids.set(`${tenantId} ${id}`, requestedAt);
    if (typeof inference_id === 'string') this.inferenceIds.set(`${tenantId} ${inference_id}`, requestedAt);
  }

  /** Whether the row, accepted at `acceptedAt`, says something of one of them. */
  isAbout(tenantId: string, row: BulkRow, acceptedAt: number): boolean {
    const { given_prediction_id, inference_id, prediction_id } = row;
    const named = prediction_id ?? given_prediction_id;
    if (typeof named === 'string') return !isOthers(row) && (this.ids.get(`${tenantId} ${named}`) ?? -1) >= acceptedAt;
    // A prediction has an `inference_id` too: what tells a label is that it may be given a prediction.
    if (!('given_prediction_id' in row) || typeof inference_id !== 'string') return false;
    return (this.inferenceIds.get(`${tenantId} ${inference_id}`) ?? -1) >= acceptedAt;
  }
}

/** Feedback of another subject, or whose link nobody vouched for. */
function isOthers(row: BulkRow): boolean {
  return 'description' in row && (row.user_id != null || row.link === 'unverified');
}
