import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import { resourceOf } from '#http';
import type { Verdicts } from '#labels';
import type { Prediction } from '../prediction.table.js';

const nullable = <T>(type: string, description?: string, more: object = {}) =>
  Type.Unsafe<T | null>({ type: [type, 'null'], ...(description ? { description } : {}), ...more });

export const PredictionSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    timestamp: Type.String({ format: 'date-time' }),
    recorded_at: Type.String({ format: 'date-time', description: 'When the server accepted the prediction.' }),
    model: Type.String(),
    model_version: Type.String(),
    label: Type.String(),
    confidence: nullable<number>('number'),
    scores: nullable<Record<string, number>>('object', 'One probability for each class.', {
      additionalProperties: { type: 'number' },
    }),
    latency_ms: nullable<number>('number'),
    cache_hit: Type.Boolean(),
    source: Type.Unsafe<'served' | 'logged'>({
      type: 'string',
      enum: ['served', 'logged'],
      description: '`served` by this installation, or `logged` by another one.',
    }),
    inference_id: nullable<string>('string'),
    user_id: nullable<string>('string'),
    session_id: nullable<string>('string'),
    metadata: nullable<Record<string, unknown>>('object', undefined, { additionalProperties: true }),
    input_text: Type.Optional(nullable<string>('string', 'The text; present only with scope `read:text`.')),
  },
  { $id: 'Prediction' },
);
export type PredictionResource = Static<typeof PredictionSchema>;

const show = resourceOf(PredictionSchema);

/** `withText` is for callers with scope `read:text` alone. */
export function toResource(prediction: Prediction, withText: boolean): PredictionResource {
  const { input_text, ...resource } = show({ ...prediction, scores: sorted(prediction.scores) });
  return withText ? { ...resource, input_text } : resource;
}

/** By label: the databases keep the keys of an object in orders of their own. */
function sorted(scores: Record<string, number> | null): Record<string, number> | null {
  return scores && Object.fromEntries(Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const VoteCountsSchema = Type.Object(
  {
    correct: Type.Integer(),
    wrong: Type.Integer(),
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
    valid_at: Type.String({ format: 'date-time', description: 'Since when the label is true.' }),
    recorded_at: Type.String({ format: 'date-time' }),
    labeller: nullable<string>('string'),
  },
  { $id: 'Label' },
);

export const JudgedPredictionSchema = Type.Composite(
  [
    PredictionSchema,
    Type.Object({
      votes: VoteCountsSchema,
      labels: Type.Array(LabelSchema, { description: 'At most 100 labels, oldest first.' }),
    }),
  ],
  { $id: 'PredictionWithFeedback' },
);
export type JudgedPrediction = Static<typeof JudgedPredictionSchema>;

export function toJudgedResource(
  prediction: Prediction,
  { labels, votes }: Verdicts,
  withText: boolean,
): JudgedPrediction {
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
