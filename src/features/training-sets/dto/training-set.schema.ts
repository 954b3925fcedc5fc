import { type Static, Type } from '@sinclair/typebox';
import { type FieldError, formatTime, parseTime } from '#kernel';
import { SchemaValidator } from '#http';
import {
  SPLITS,
  type TrainingSelection,
  type TrainingSet,
  TRAINING_LABEL_SOURCES,
  type TrainingLabelSource,
} from '../training-set.js';

const time = (description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', maxLength: 40, description }),
  );
const name = (maxLength: number) =>
  Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], minLength: 1, maxLength }));
const share = () => Type.Number({ minimum: 0, maximum: 1 });

export const CreateTrainingSetSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })),
    from: time('Start of the range of predictions. Default: the first prediction.'),
    to: time('End of the range of predictions and of the times at which labels were recorded. Default: now.'),
    model: name(100),
    model_version: name(100),
    sources: Type.Optional(
      Type.Array(Type.Unsafe<TrainingLabelSource>({ type: 'string', enum: [...TRAINING_LABEL_SOURCES] }), {
        minItems: 1,
        maxItems: TRAINING_LABEL_SOURCES.length,
        uniqueItems: true,
        description: 'Sources of labels. Default: all except `vote`, because raters are not a random sample.',
      }),
    ),
    splits: Type.Optional(
      Type.Object(
        { train: share(), validation: share(), test: share() },
        {
          additionalProperties: false,
          description: 'Shares of the subjects, which must sum to 1. Default: 0.8, 0.1, 0.1.',
        },
      ),
    ),
    seed: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'A different seed distributes the subjects differently.',
      }),
    ),
  },
  {
    $id: 'NewTrainingSet',
    additionalProperties: false,
    example: { name: 'november', splits: { train: 0.8, validation: 0.1, test: 0.1 } },
  },
);
type TrainingSetRequest = Static<typeof CreateTrainingSetSchema>;

export const createTrainingSetValidator = new SchemaValidator(CreateTrainingSetSchema, ({ from, splits, to }) => {
  const errors: FieldError[] = [];
  const times = { from, to };
  for (const [path, value] of Object.entries(times))
    if (typeof value === 'string' && parseTime(value) === undefined)
      errors.push({ path, message: 'must be an ISO 8601 time such as 2026-01-31T09:30:00.000Z' });
  if (typeof splits === 'object' && Math.abs(SPLITS.reduce((sum, each) => sum + Number(splits[each]), 0) - 1) > 1e-9)
    errors.push({ path: 'splits', message: 'must sum to 1' });
  return errors;
});

export function toSelection(
  { from, model, model_version, seed, sources, splits, to }: TrainingSetRequest,
  now: number,
): TrainingSelection {
  const read = (text: string | null | undefined): number | null => (text == null ? null : (parseTime(text) ?? null));
  return {
    from: read(from),
    to: Math.min(read(to) ?? now, now),
    model: model ?? null,
    modelVersion: model_version ?? null,
    // In a fixed order, so that equal requests have equal selections.
    sources: TRAINING_LABEL_SOURCES.filter((source) =>
      (sources ?? TRAINING_LABEL_SOURCES.filter((each) => each !== 'vote')).includes(source),
    ),
    splits: splits ?? { train: 0.8, validation: 0.1, test: 0.1 },
    seed: seed ?? 'feedback-loop',
  };
}

const counts = () => Type.Unsafe<Record<string, number>>({ type: 'object', additionalProperties: { type: 'integer' } });
const optional = (format: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], format });

const ProvenanceSchema = Type.Object(
  {
    predictions: Type.Integer(),
    duplicates: Type.Integer(),
    conflicts: Type.Integer(),
    by_split: counts(),
    by_label: counts(),
    by_source: counts(),
    bias: Type.Array(Type.String(), { description: 'Descriptions of what the set does not represent.' }),
  },
  { $id: 'TrainingSetProvenance' },
);

export const TrainingSetSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    state: Type.Unsafe<'ready' | 'revoked'>({ type: 'string', enum: ['ready', 'revoked'] }),
    examples: Type.Integer(),
    sha256: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'SHA-256 of the whole file, in hex; null until it is computed.',
    }),
    selection: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
    provenance: ProvenanceSchema,
    created_at: Type.String({ format: 'date-time' }),
    created_by: Type.String(),
    revoked_at: optional('date-time'),
    predecessor_id: optional('uuid'),
    successor_id: optional('uuid'),
  },
  { $id: 'TrainingSet' },
);
export type TrainingSetResource = Static<typeof TrainingSetSchema>;

export function toTrainingSetResource(set: TrainingSet): TrainingSetResource {
  const { from, model, modelVersion, seed, sources, splits, to } = set.selection;
  const { bias, by_label, by_source, by_split, conflicts, duplicates, predictions } = set.provenance;
  return {
    id: set.id,
    name: set.name,
    state: set.state,
    examples: set.examples,
    sha256: set.sha256,
    selection: {
      from: from === null ? null : formatTime(from),
      to: formatTime(to),
      model,
      model_version: modelVersion,
      sources,
      splits,
      seed,
    },
    provenance: { predictions, duplicates, conflicts, by_split, by_label, by_source, bias },
    created_at: formatTime(set.createdAt),
    created_by: set.createdBy,
    revoked_at: set.revokedAt === null ? null : formatTime(set.revokedAt),
    predecessor_id: set.predecessorId,
    successor_id: set.successorId,
  };
}
