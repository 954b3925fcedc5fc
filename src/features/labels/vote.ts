import { createHash } from 'node:crypto';
import type { TenantContext } from '#kernel';
import { BulkInsert } from '#persistence';
import type { FieldPlace, SealedTable } from '#secrets';

/** Whether the prediction it is about is here. */
export type Link = 'linked' | 'pending';

/** What a rater says; at least one of the four. */
export interface VoteInput {
  correct?: boolean | null | undefined;
  /** The label that would have been right. */
  label?: string | null | undefined;
  /** 1 to 5. */
  rating?: number | null | undefined;
  comment?: string | null | undefined;
  userId?: string | null | undefined;
}

/** Votes of one prediction, withdrawn ones left out. */
export interface VoteSummary {
  correct: number;
  wrong: number;
  /** Number of votes by rating. */
  ratings: Record<string, number>;
}

export const VOTE_INSERT = new BulkInsert(
  'prediction_votes',
  {
    id: 'uuid',
    tenant_id: 'uuid',
    prediction_id: 'uuid',
    rater: 'text',
    user_id: 'text',
    correct: 'boolean',
    label: 'text',
    rating: 'integer',
    comment: 'text',
    withdrawn: 'boolean',
    accepted_id: 'uuid',
    accepted_at: 'timestamp',
    link: 'text',
  },
  { newer: 'accepted_id' },
);

export const SEALED_VOTES: SealedTable = { table: 'prediction_votes', columns: [{ name: 'comment', kind: 'text' }] };

export function commentPlace(id: string): FieldPlace {
  return { table: 'prediction_votes', column: 'comment', id };
}

/** The id of the one vote of `rater` about a prediction: a UUID v8 (RFC 9562) made of SHA-256. */
export function voteId({ tenantId }: TenantContext, predictionId: string, rater: string): string {
  const hex = createHash('sha256').update(`${tenantId}\n${predictionId}\n${rater}`).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
