import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import type { VotesAndLabels } from '#labels';
import type { Prediction } from '../prediction.table.js';
import { nullable, PredictionSchema, toResource } from './prediction.schema.js';

const VoteCountsSchema = Type.Object(
  {
    correct: Type.Integer({ description: 'Votes that are `correct`, or name the predicted label.' }),
    wrong: Type.Integer({ description: 'Votes that are not `correct`, or name another label.' }),
    conflicts: Type.Integer({ description: 'Votes whose `correct` contradicts their `label`, which decides.' }),
    ratings: Type.Unsafe<Record<string, number>>({
      type: 'object',
      additionalProperties: { type: 'integer' },
      description: 'Number of votes by rating.',
    }),
  },
  { $id: 'VoteCounts' },
);

const LabelSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    label: Type.String(),
    source: Type.String({ description: '`system`, `import`, `review` or `audit`.' }),
    valid_at: Type.String({ format: 'date-time', description: 'Time from which the label is valid.' }),
    recorded_at: Type.String({ format: 'date-time' }),
    labeller: nullable<string>('string'),
  },
  { $id: 'Label' },
);

export const PredictionDetailSchema = Type.Composite(
  [
    PredictionSchema,
    Type.Object({
      votes: VoteCountsSchema,
      labels: Type.Array(LabelSchema, { description: 'At most 100 labels, oldest first.' }),
    }),
  ],
  { $id: 'PredictionWithFeedback' },
);
export type PredictionDetail = Static<typeof PredictionDetailSchema>;

export function toDetailResource(
  prediction: Prediction,
  { labels, votes }: VotesAndLabels,
  withText: boolean,
): PredictionDetail {
  return {
    ...toResource(prediction, withText),
    votes,
    labels: labels.map(({ id, label, labeller, recordedAt, source, validAt }) => ({
      id,
      label,
      source,
      valid_at: formatTime(validAt),
      recorded_at: formatTime(recordedAt),
      labeller,
    })),
  };
}
