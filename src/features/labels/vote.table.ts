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

/** Whether the prediction of a vote or label is in the database. */
export type Link = 'linked' | 'pending';

/** Input of a vote. At least one of `correct`, `label`, `rating` and `comment` is set. */
export interface VoteInput {
  correct?: boolean | null | undefined;
  /** The correct label. */
  label?: string | null | undefined;
  /** Integer from 1 to 5. */
  rating?: number | null | undefined;
  comment?: string | null | undefined;
  userId?: string | null | undefined;
}

/** Number of votes on one prediction, without withdrawn ones. */
export interface VoteSummary {
  correct: number;
  wrong: number;
  /** Number of votes whose `correct` contradicts their `label`, which decides. */
  conflicts: number;
  /** Number of votes by rating. */
  ratings: Record<string, number>;
}

/**
 * A rater's opinion of one prediction. A change updates the row. A withdrawal marks it, because a replay could restore a
 * deleted vote.
 */
export const VOTES = defineTable({
  table: 'prediction_votes',
  columns: {
    /** Derived from tenant, prediction and rater, which makes the vote unique. */
    id: primary(uuid()),
    tenant_id: uuid(),
    prediction_id: uuid(),
    /** `token:…`, `user:…` or `key:…`. */
    rater: string(160),
    user_id: nullable(string(128)),
    /** Whether the predicted label is correct. With a `label`, that decides once the prediction is known. */
    correct: nullable(boolean()),
    label: nullable(string(64)),
    rating: nullable(integer()),
    comment: nullable(text()),
    withdrawn: boolean(),
    /** Increases with every accepted change. The greatest one wins, in whatever order changes are written. */
    accepted_id: uuid(),
    accepted_at: time(),
    /** `pending` until the prediction is in the database. */
    link: string<Link>(16),
    /** Whether the rater's `correct` contradicted their `label`. */
    conflict: nullable(boolean()),
  },
  indexes: [
    { name: 'idx_prediction_votes_prediction', columns: ['tenant_id', 'prediction_id'] },
    { name: 'idx_prediction_votes_accepted', columns: ['tenant_id', 'accepted_at', 'id'] },
    { name: 'idx_prediction_votes_user', columns: ['tenant_id', 'user_id'], where: 'user_id IS NOT NULL' },
    { name: 'idx_prediction_votes_pending', columns: ['accepted_at', 'id'], where: "link = 'pending'" },
  ],
  newer: 'accepted_id',
  acceptedAt: 'accepted_at',
  // Votes whose prediction never arrived expire, too.
  retention: { kind: 'predictions', time: 'accepted_at' },
  subject: { store: 'votes' },
  parent: { table: 'predictions', column: 'prediction_id' },
  sealed: { columns: { comment: 'text' } },
  transfer: {
    kind: 'votes',
    time: 'accepted_at',
    omitted: ['accepted_id', 'link'],
    texts: ['comment'],
    defaults: { withdrawn: false, conflict: null },
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

/** A vote with its comment decrypted. Times are in milliseconds since 1970. */
export type Vote = RecordOf<typeof VOTES>;

/** Whether a prediction is correct in the opinion of a rater. */
export interface Verdict {
  correct: boolean | null;
  conflict: boolean | null;
}

/**
 * Returns the verdict of a vote. If the rater named the correct label and the predicted label is known, the two decide:
 * equal labels are correct, others are wrong.
 */
export function judge(
  { conflict, correct, label }: Verdict & { label: string | null },
  predictedLabel: string | undefined,
): Verdict {
  if (label === null || predictedLabel === undefined) return { correct, conflict };
  const isCorrect = label === predictedLabel;
  return { correct: isCorrect, conflict: (conflict ?? false) || (correct !== null && correct !== isCorrect) };
}

/** Returns the id of the vote of `rater` on a prediction: a UUID v8 (RFC 9562) derived with SHA-256. */
export function voteId({ tenantId }: TenantContext, predictionId: string, rater: string): string {
  const hex = createHash('sha256').update(`${tenantId}\n${predictionId}\n${rater}`).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
