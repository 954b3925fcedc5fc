import { createHash } from 'node:crypto';
import type { TenantContext } from '#kernel';
import {
  boolean,
  defineTable,
  integer,
  nullable,
  primary,
  type RecordOf,
  string,
  text,
  time,
  uuid,
} from '#persistence';

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

/** What one rater thinks of one prediction. It is changed in place and withdrawn by a mark, so that a replay cannot bring it back. */
export const VOTES = defineTable({
  table: 'prediction_votes',
  columns: {
    /** Made of tenant, prediction and rater: one vote each. */
    id: primary(uuid()),
    tenant_id: uuid(),
    prediction_id: uuid(),
    /** `token:…`, `user:…` or `key:…`. */
    rater: string(160),
    user_id: nullable(string(128)),
    correct: nullable(boolean()),
    label: nullable(string(64)),
    rating: nullable(integer()),
    comment: nullable(text()),
    withdrawn: boolean(),
    /** Grows with every accepted change; the greater one wins, whenever it arrives. */
    accepted_id: uuid(),
    accepted_at: time(),
    /** `pending` until the prediction is here. */
    link: string<Link>(16),
  },
  indexes: [
    { name: 'idx_prediction_votes_prediction', columns: ['tenant_id', 'prediction_id'] },
    { name: 'idx_prediction_votes_accepted', columns: ['tenant_id', 'accepted_at', 'id'] },
    { name: 'idx_prediction_votes_user', columns: ['tenant_id', 'user_id'], where: 'user_id IS NOT NULL' },
    { name: 'idx_prediction_votes_pending', columns: ['accepted_at', 'id'], where: "link = 'pending'" },
  ],
  newer: 'accepted_id',
  acceptedAt: 'accepted_at',
  // Votes that never found their prediction expire too.
  retention: { kind: 'predictions', time: 'accepted_at' },
  subject: { store: 'votes' },
  parent: { table: 'predictions', column: 'prediction_id' },
  sealed: { columns: { comment: 'text' } },
  transfer: {
    kind: 'votes',
    time: 'accepted_at',
    omitted: ['accepted_id', 'link'],
    texts: ['comment'],
    defaults: { withdrawn: false },
  },
  events: {
    type: 'vote.created',
    payload: ({ correct, id, prediction_id, rating, withdrawn }) => ({
      id,
      prediction_id,
      correct: correct ?? null,
      rating: rating ?? null,
      withdrawn: withdrawn === true,
    }),
  },
});

/** Times are in milliseconds since 1970. */
export type Vote = RecordOf<typeof VOTES>;

/** The id of the one vote of `rater` about a prediction: a UUID v8 (RFC 9562) made of SHA-256. */
export function voteId({ tenantId }: TenantContext, predictionId: string, rater: string): string {
  const hex = createHash('sha256').update(`${tenantId}\n${predictionId}\n${rater}`).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
