import { type Static, Type } from '@sinclair/typebox';
import { type FieldError, isUuid, parseTime } from '#kernel';
import { optionalString, SchemaValidator } from '#http';
import { LABEL_SOURCES } from '../label.table.js';
import type { LabelInput, LabelResult } from '../labels.service.js';
import type { Link } from '../vote.table.js';

const uuid = (description: string) =>
  Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'uuid', description }));

export const LabelRequestSchema = Type.Object(
  {
    id: uuid('Your own UUID. Sending the same label again changes nothing.'),
    prediction_id: uuid('Id of the prediction. Send either this or `inference_id`.'),
    inference_id: optionalString(
      128,
      'Your own id of the prediction. The label belongs to the latest prediction with this id.',
    ),
    label: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', example: 'billing' }),
    source: Type.Unsafe<(typeof LABEL_SOURCES)[number]>({
      type: 'string',
      enum: [...LABEL_SOURCES],
      description:
        '`system` for ground truth from another system, `import` for existing labels, `review` for the decision of a person. Only the server sets `audit`.',
      example: 'system',
    }),
    timestamp: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'date-time',
        maxLength: 40,
        description: 'Time from which the label is valid. Default: now.',
      }),
    ),
    labeller: optionalString(128, 'The person or system that assigned the label.'),
    user_id: optionalString(128, 'The person whose text was labelled. Erasure and export of a data subject use it.'),
  },
  {
    $id: 'NewLabel',
    additionalProperties: false,
    example: { inference_id: 'order-4711', label: 'billing', source: 'system' },
  },
);
export type LabelRequest = Static<typeof LabelRequestSchema>;

export const labelValidator = new SchemaValidator(LabelRequestSchema, (body) => {
  const errors: FieldError[] = [];
  for (const path of ['id', 'prediction_id'] as const) {
    const value = body[path];
    if (typeof value === 'string' && !isUuid(value)) errors.push({ path, message: 'must be a UUID' });
  }
  if (typeof body.timestamp === 'string' && parseTime(body.timestamp) === undefined)
    errors.push({ path: 'timestamp', message: 'must be an ISO 8601 time such as 2026-01-31T09:30:00.000Z' });
  if (body.prediction_id == null && body.inference_id == null)
    errors.push({ path: 'prediction_id', message: 'or inference_id is required' });
  if (body.prediction_id != null && body.inference_id != null)
    errors.push({ path: 'inference_id', message: 'must not be combined with prediction_id' });
  return errors;
});

export function toLabelInput(body: LabelRequest): LabelInput {
  const { id, inference_id, label, labeller, prediction_id, source, timestamp, user_id } = body;
  return {
    id,
    predictionId: prediction_id,
    inferenceId: inference_id,
    label,
    source,
    timestamp,
    labeller,
    userId: user_id,
  };
}

export const LabelledSchema = Type.Object(
  {
    success: Type.Boolean(),
    id: Type.String({ format: 'uuid' }),
    link: Type.Unsafe<Link>({
      type: 'string',
      enum: ['linked', 'pending'],
      description: '`pending` until the prediction arrives.',
    }),
    prediction_id: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'uuid' }),
    prediction_ids: Type.Array(Type.String({ format: 'uuid' }), {
      description: 'At most 100 predictions with the `inference_id`, latest first. The label belongs to the first.',
    }),
    persisted: Type.Unsafe<'database' | 'spool'>({
      type: 'string',
      enum: ['database', 'spool'],
      description: 'Where the label is durable.',
    }),
  },
  { $id: 'RecordedLabel' },
);
export type Labelled = Static<typeof LabelledSchema>;

export function toLabelled({ id, link, persisted, predictionIds }: LabelResult): Labelled {
  const [first = null] = predictionIds;
  return { success: true, id, link, prediction_id: first, prediction_ids: [...predictionIds], persisted };
}
