import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import { resourceOf } from '#http';
import type { Verdicts } from '#labels';
import type { Prediction } from '../prediction.table.js';

const nullable = <T>(type: string, description?: string, more: object = {}) =>
  Type.Unsafe<T | null>({ type: [type, 'null'], ...(description ? { description } : {}), ...more });

export const PredictionSchema = Type.Object({
  id: Type.String({ format: 'uuid' }),
  timestamp: Type.String({ format: 'date-time' }),
  recorded_at: Type.String({ format: 'date-time', description: 'When this server accepted it.' }),
  model: Type.String(),
  model_version: Type.String(),
  label: Type.String(),
  confidence: nullable<number>('number'),
  scores: nullable<Record<string, number>>('object', 'One probability for each class.', {
    additionalProperties: { type: 'number' },
  }),
  latency_ms: nullable<number>('number'),
  cache_hit: Type.Boolean(),
  source: Type.Unsafe<'served' | 'logged'>({ type: 'string', enum: ['served', 'logged'] }),
  inference_id: nullable<string>('string'),
  user_id: nullable<string>('string'),
  session_id: nullable<string>('string'),
  metadata: nullable<Record<string, unknown>>('object'),
  input_text: Type.Optional(nullable<string>('string', 'Only with scope `read:text`.')),
});
export type PredictionResource = Static<typeof PredictionSchema>;

export const PredictionPageSchema = Type.Object({
  data: Type.Array(PredictionSchema),
  next_cursor: nullable<string>('string', 'Null on the last page.'),
});

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

export const JudgedPredictionSchema = Type.Composite([
  PredictionSchema,
  Type.Object({
    votes: Type.Object({
      correct: Type.Integer(),
      wrong: Type.Integer(),
      ratings: Type.Unsafe<Record<string, number>>({
        type: 'object',
        additionalProperties: { type: 'integer' },
        description: 'Number of votes by rating.',
      }),
    }),
    labels: Type.Array(
      Type.Object({
        id: Type.String({ format: 'uuid' }),
        label: Type.String(),
        source: Type.String({ description: '`system`, `import`, `review` or `audit`.' }),
        valid_at: Type.String({ format: 'date-time' }),
        recorded_at: Type.String({ format: 'date-time' }),
        labeller: nullable<string>('string'),
      }),
      { description: 'Oldest first, at most 100.' },
    ),
  }),
]);
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
