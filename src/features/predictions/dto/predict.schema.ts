import { type Static, Type } from '@sinclair/typebox';
import type { FieldError } from '#kernel';
import { optionalJsonObject, optionalString, SchemaValidator } from '#http';
import { metadataErrors } from './limits.js';

const text = Type.String({
  minLength: 1,
  maxLength: 10_000,
  description: '1 to 10,000 Unicode characters after trimming.',
  example: 'The new search is fast and easy to use.',
});

export const PredictRequestSchema = Type.Object(
  {
    text,
    user_id: optionalString(128, 'The person who wrote the text. Erasure and export of a data subject use it.'),
    session_id: optionalString(128, 'Groups the predictions of one visit.'),
    inference_id: optionalString(128, 'Your own id; labels can refer to it. It need not be unique.'),
    metadata: optionalJsonObject('Any other data to keep, up to 16 KiB.'),
    model: optionalString(100, 'Name of a configured model. By default, the shares of traffic decide.'),
  },
  {
    $id: 'PredictRequest',
    additionalProperties: false,
    example: { text: 'The new search is fast and easy to use.', user_id: 'anna' },
  },
);
export type PredictRequest = Static<typeof PredictRequestSchema>;

export const BatchRequestSchema = Type.Object(
  { texts: Type.Array(text, { minItems: 1, maxItems: 100 }) },
  {
    $id: 'BatchRequest',
    additionalProperties: false,
    example: { texts: ['I love it', 'It broke after two days', 'The meeting is at noon'] },
  },
);
export type BatchRequest = Static<typeof BatchRequestSchema>;

export const predictRules = ({ metadata }: PredictRequest): FieldError[] => metadataErrors(metadata);
export const predictValidator = new SchemaValidator(PredictRequestSchema, predictRules);
export const batchValidator = new SchemaValidator(BatchRequestSchema);

/** Trims the texts of an unchecked body. Other values stay as they are, so that validation reports them. */
export function trimTexts(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const trim = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);
  const { text: one, texts: many } = body as { text?: unknown; texts?: unknown };
  return {
    ...body,
    ...(one === undefined ? {} : { text: trim(one) }),
    ...(Array.isArray(many) ? { texts: (many as unknown[]).map(trim) } : {}),
  };
}

const persisted = Type.Unsafe<'database' | 'spool' | 'none'>({
  type: 'string',
  enum: ['database', 'spool', 'none'],
  description: 'Where the record is durable, or `none` if it was not recorded.',
});

export const PredictionItemSchema = Type.Object(
  {
    id: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      format: 'uuid',
      description: 'Null if the prediction was not recorded.',
    }),
    timestamp: Type.String({ format: 'date-time' }),
    label: Type.String({ example: 'positive' }),
    sentiment: Type.String({ description: 'Equal to `label`.', example: 'positive' }),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    scores: Type.Unsafe<Record<string, number>>({
      type: 'object',
      additionalProperties: { type: 'number' },
      description: 'Probability of each label.',
      example: { negative: 0.02, neutral: 0.05, positive: 0.93 },
    }),
    latency_ms: Type.Number({
      description: 'Time that the model took, or the cache if `cache_hit` is true, in milliseconds.',
    }),
    model: Type.String(),
    model_version: Type.String({ description: 'Changes whenever predictions may change.' }),
    cache_hit: Type.Boolean(),
    persisted,
    feedback_token: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'Credential for votes and feedback on this prediction without an API key. It is valid for 30 days.',
    }),
    low_evidence: Type.Boolean({ description: 'The model knows none of the words, so the prediction is a guess.' }),
    truncated: Type.Boolean({ description: 'The text is longer than the maximum that the model reads.' }),
  },
  { $id: 'ServedPrediction' },
);
export type PredictionItem = Static<typeof PredictionItemSchema>;

export const BatchResponseSchema = Type.Object(
  { predictions: Type.Array(PredictionItemSchema), total: Type.Integer(), persisted },
  { $id: 'PredictionBatch' },
);
export type BatchResponse = Static<typeof BatchResponseSchema>;
