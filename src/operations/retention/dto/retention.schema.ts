import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import { SchemaValidator } from '#http';
import type { RetentionRun, RetentionSetting } from '../retention.js';

const days = Type.Optional(
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 3650,
    description: 'Days; null restores the configured value.',
  }),
);

export const ChangeRetentionSchema = Type.Object(
  { predictions: days, feedback: days, metrics: days },
  { $id: 'RetentionChange', additionalProperties: false, minProperties: 1, example: { feedback: 30 } },
);
export const changeRetentionValidator = new SchemaValidator(ChangeRetentionSchema);

const RetentionSettingSchema = Type.Object(
  {
    kind: Type.String({
      description: '`predictions` (with votes and labels), `feedback` or `metrics` (metric events).',
    }),
    days: Type.Integer(),
    own: Type.Boolean({ description: 'Whether the tenant chose the value.' }),
  },
  { $id: 'RetentionSetting' },
);

const RetentionRunSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    kind: Type.String(),
    cutoff: Type.String({ format: 'date-time' }),
    started_at: Type.String({ format: 'date-time' }),
    finished_at: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' }),
    deleted: Type.Integer(),
  },
  { $id: 'RetentionRun' },
);

export const RetentionSchema = Type.Object(
  {
    settings: Type.Array(RetentionSettingSchema),
    runs: Type.Array(RetentionRunSchema, { description: 'The latest 20, newest first.' }),
  },
  { $id: 'Retention' },
);
export type RetentionResource = Static<typeof RetentionSchema>;

export function toRetentionResource(
  settings: readonly RetentionSetting[],
  runs: readonly RetentionRun[],
): RetentionResource {
  return {
    settings: settings.map((setting) => ({ ...setting })),
    runs: runs.map(({ cutoff, deleted, finishedAt, id, kind, startedAt }) => ({
      id,
      kind,
      cutoff: formatTime(cutoff),
      started_at: formatTime(startedAt),
      finished_at: finishedAt === null ? null : formatTime(finishedAt),
      deleted,
    })),
  };
}
