import { type Static, Type } from '@sinclair/typebox';
import { optionalString, SchemaValidator } from '#http';
import type { Link, VoteInput } from '../vote.table.js';

export const VoteSchema = Type.Object(
  {
    correct: Type.Optional(
      Type.Unsafe<boolean | null>({ type: ['boolean', 'null'], description: 'Whether the label was right.' }),
    ),
    label: optionalString(64, 'The label that would have been right.'),
    rating: Type.Optional(Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: 5 })),
    comment: optionalString(10_000, 'In words; encrypted at rest.'),
    user_id: optionalString(128, 'Who says so: one vote each. A feedback token counts as its own rater.'),
  },
  { additionalProperties: false, example: { correct: false, label: 'billing', comment: 'It was about an invoice.' } },
);
export type Vote = Static<typeof VoteSchema>;

const SAYS = ['correct', 'label', 'rating', 'comment'] as const;

export const voteValidator = new SchemaValidator(VoteSchema, (vote) =>
  SAYS.every((name) => vote[name] == null)
    ? [{ path: 'correct', message: 'or label, rating or comment is required' }]
    : [],
);

const link = Type.Unsafe<Link>({
  type: 'string',
  enum: ['linked', 'pending'],
  description: '`pending` until the prediction is here.',
});
const persisted = Type.Unsafe<'database' | 'spool'>({ type: 'string', enum: ['database', 'spool'] });

export const VotedSchema = Type.Object({
  success: Type.Boolean(),
  id: Type.String({ format: 'uuid', description: 'Of the vote; the same for every change by the same rater.' }),
  link,
  persisted,
});
export type Voted = Static<typeof VotedSchema>;

export function toVoteInput({ comment, correct, label, rating, user_id }: Vote): VoteInput {
  return { comment, correct, label, rating, userId: user_id };
}
