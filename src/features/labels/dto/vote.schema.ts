import { type Static, Type } from '@sinclair/typebox';
import { optionalString, SchemaValidator } from '#http';
import type { Link, VoteInput } from '../vote.table.js';

export const VoteSchema = Type.Object(
  {
    correct: Type.Optional(
      Type.Unsafe<boolean | null>({
        type: ['boolean', 'null'],
        description: 'Whether the predicted label is correct.',
      }),
    ),
    label: optionalString(
      64,
      'The correct label. It decides whether the prediction is correct: a contradicting `correct` is refused if the prediction is known.',
    ),
    rating: Type.Optional(Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: 5 })),
    comment: optionalString(10_000, 'Encrypted at rest.'),
    user_id: optionalString(
      128,
      'The rater, who has one vote for each prediction. Each feedback token counts as a separate rater.',
    ),
  },
  {
    $id: 'NewVote',
    additionalProperties: false,
    example: { correct: false, label: 'billing', comment: 'It was about an invoice.' },
  },
);
export type Vote = Static<typeof VoteSchema>;

const OPINION_FIELDS = ['correct', 'label', 'rating', 'comment'] as const;

export const voteValidator = new SchemaValidator(VoteSchema, (vote) =>
  OPINION_FIELDS.every((name) => vote[name] == null)
    ? [{ path: 'correct', message: 'or label, rating or comment is required' }]
    : [],
);

const link = Type.Unsafe<Link>({
  type: 'string',
  enum: ['linked', 'pending'],
  description: '`pending` until the prediction arrives.',
});
const persisted = Type.Unsafe<'database' | 'spool'>({
  type: 'string',
  enum: ['database', 'spool'],
  description: 'Where the vote is durable.',
});

export const VotedSchema = Type.Object(
  {
    success: Type.Boolean(),
    id: Type.String({
      format: 'uuid',
      description: 'Id of the vote. It does not change when the rater changes the vote.',
    }),
    link,
    persisted,
  },
  { $id: 'RecordedVote' },
);
export type Voted = Static<typeof VotedSchema>;

export function toVoteInput({ comment, correct, label, rating, user_id }: Vote): VoteInput {
  return { comment, correct, label, rating, userId: user_id };
}
