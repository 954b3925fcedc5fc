import { type Static, Type } from '@sinclair/typebox';
import { type FieldError, isUuid, parseTime } from '#kernel';
import { optionalJsonObject, optionalNumber, optionalString, resourceOf, SchemaValidator } from '#http';
import type { Prediction } from '../prediction.table.js';
import { differencesFromDistribution, kindOfScores, SCORES_KINDS, type ScoresKind } from '../scores.js';
import { metadataErrors } from './limits.js';

export const nullable = <T>(type: string, description?: string, more: object = {}) =>
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
    scores: nullable<Record<string, number>>('object', 'Probability of each class.', {
      additionalProperties: { type: 'number' },
    }),
    scores_kind: nullable<ScoresKind>(
      'string',
      '`unverified` scores are not a distribution, and the caller did not say what they are. No figure is based on them.',
      { enum: [...SCORES_KINDS, 'unverified', null] },
    ),
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
    input_text: Type.Optional(nullable<string>('string', 'Present only with scope `read:text`.')),
  },
  { $id: 'Prediction' },
);
export type PredictionResource = Static<typeof PredictionSchema>;

const show = resourceOf(PredictionSchema);

/** Maps a prediction to the response. Only callers with scope `read:text` may set `withText`. */
export function toResource(prediction: Prediction, withText: boolean): PredictionResource {
  const { input_text, ...resource } = show({
    ...prediction,
    scores: sorted(prediction.scores),
    scoresKind: kindOfScores(prediction),
  });
  return withText ? { ...resource, input_text } : resource;
}

/** Sorts scores by label, because each database orders the keys of an object differently. */
function sorted(scores: Record<string, number> | null): Record<string, number> | null {
  return scores && Object.fromEntries(Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const LogRequestSchema = Type.Object(
  {
    id: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'uuid',
        description:
          'Your own UUID v7, which must contain the time of `timestamp`. Sending the same id again changes nothing.',
      }),
    ),
    model: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', example: 'ticket-router' }),
    model_version: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', example: '2026-11-02' }),
    label: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', example: 'billing' }),
    confidence: Type.Unsafe<number | null>({
      type: ['number', 'null'],
      minimum: 0,
      maximum: 1,
      description: 'Probability of `label`, or null if the model does not report one.',
      example: 0.91,
    }),
    scores: Type.Optional(
      Type.Unsafe<Record<string, number> | null>({
        type: ['object', 'null'],
        minProperties: 1,
        maxProperties: 1000,
        propertyNames: { minLength: 1, maxLength: 64 },
        additionalProperties: { type: 'number', minimum: 0, maximum: 1 },
        description:
          'Probability of each class. Without them, precision and recall cannot be estimated before labels arrive.',
        example: { billing: 0.91, delivery: 0.06, other: 0.03 },
      }),
    ),
    scores_kind: Type.Optional(
      Type.Unsafe<(typeof SCORES_KINDS)[number] | null>({
        type: ['string', 'null'],
        enum: [...SCORES_KINDS, null],
        description:
          '`distribution`: the scores sum to 1, and `confidence` is the score of `label` (both within 0.001). `independent`: one probability for each class. `partial`: scores of some classes. Default: `distribution` if the scores are one, otherwise they are stored as `unverified`, with a warning.',
      }),
    ),
    input_text: optionalString(10_000, 'The classified text. It is encrypted at rest.'),
    latency_ms: optionalNumber(0, 86_400_000, 'Time that the model took, in milliseconds.'),
    inference_id: optionalString(128, 'Your own id; labels can refer to it. It need not be unique.'),
    timestamp: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'date-time',
        maxLength: 40,
        description:
          'Time of the prediction: within the retention period and at most 5 minutes in the future. Default: now.',
      }),
    ),
    user_id: optionalString(128, 'The person who wrote the text. Erasure and export of a data subject use it.'),
    session_id: optionalString(128, 'Groups the predictions of one visit.'),
    metadata: optionalJsonObject('Any other data to keep, up to 16 KiB.'),
  },
  {
    $id: 'NewPrediction',
    additionalProperties: false,
    example: {
      model: 'ticket-router',
      model_version: '7',
      label: 'billing',
      confidence: 0.91,
      scores: { billing: 0.91, other: 0.09 },
    },
  },
);
export type LogRequest = Static<typeof LogRequestSchema>;

export const logValidator = new SchemaValidator(LogRequestSchema, (body) => [
  ...metadataErrors(body.metadata),
  ...scoresErrors(body),
  ...timestampErrors(body),
  ...idErrors(body),
]);

const DIFFERENCES: Record<'sum' | 'confidence', FieldError> = {
  sum: { path: 'scores', message: 'must sum to 1 if scores_kind is distribution' },
  confidence: { path: 'confidence', message: 'must be the score of label if scores_kind is distribution' },
};

/** Skips fields of a wrong type, which the schema reports. */
function scoresErrors({ confidence, label, scores, scores_kind }: LogRequest): FieldError[] {
  if (scores_kind == null) return [];
  if (scores == null) return [{ path: 'scores', message: 'is required with scores_kind' }];
  if (scores_kind !== 'distribution' || typeof scores !== 'object') return [];
  if (!Object.values(scores).every((score) => typeof score === 'number')) return [];
  return differencesFromDistribution({ confidence, label, scores }).map((difference) => DIFFERENCES[difference]);
}

/** What the response says about scores that no figure will be based on. */
const UNVERIFIED_SCORES = {
  path: 'scores',
  code: 'scores_unverified',
  message: 'do not sum to 1, or confidence is not the score of label: no figure is based on them without scores_kind',
};

export function warningsOf({ scoresKind }: Pick<Prediction, 'scoresKind'>): Static<typeof LogWarningSchema>[] {
  return scoresKind === 'unverified' ? [UNVERIFIED_SCORES] : [];
}

function timestampErrors({ timestamp }: LogRequest): FieldError[] {
  if (typeof timestamp !== 'string' || parseTime(timestamp) !== undefined) return [];
  return [{ path: 'timestamp', message: 'must be an ISO 8601 time such as 2026-01-31T09:30:00.000Z' }];
}

function idErrors({ id, timestamp }: LogRequest): FieldError[] {
  if (typeof id !== 'string') return [];
  if (!isUuid(id) || id.charAt(14) !== '7' || !'89abAB'.includes(id.charAt(19)))
    return [{ path: 'id', message: 'must be a UUID of version 7' }];
  const time = typeof timestamp === 'string' ? parseTime(timestamp) : undefined;
  if (time !== undefined && time !== timeOfId(id))
    return [{ path: 'id', message: 'must contain the same time as timestamp' }];
  return [];
}

/** Returns the time in a UUID v7, in milliseconds since 1970. */
export function timeOfId(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

const LogWarningSchema = Type.Object(
  { path: Type.String(), code: Type.String(), message: Type.String() },
  { $id: 'PredictionWarning' },
);

export const LoggedSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    timestamp: Type.String({ format: 'date-time' }),
    persisted: Type.Unsafe<'database' | 'spool'>({
      type: 'string',
      enum: ['database', 'spool'],
      description: 'Where the record is durable.',
    }),
    feedback_token: Type.String({
      description: 'Credential for votes and feedback on this prediction without an API key. It is valid for 30 days.',
    }),
    warnings: Type.Array(LogWarningSchema, { description: 'What was stored, but cannot be used for every figure.' }),
  },
  { $id: 'LoggedPrediction' },
);
export type Logged = Static<typeof LoggedSchema>;
