import { ApiPropertyOptional } from '@nestjs/swagger';
import { type Static, Type } from '@sinclair/typebox';
import { IsOptional } from 'class-validator';
import { formatTime } from '#kernel';
import { fieldChanges, IsTime } from '#http';
import type { RecordedChange } from '#persistence';
import type { ServedModel } from '#models';

export class ModelsQuery {
  @ApiPropertyOptional({
    description: 'Time in ISO 8601. The response lists the models that were served at that time. Default: now.',
  })
  @IsOptional()
  @IsTime()
  at?: string;
}

const ServedModelSchema = Type.Object(
  {
    name: Type.String(),
    model_version: Type.String(),
    labels: Type.Array(Type.String()),
    traffic: Type.Number({ description: 'Share of the requests without `model` that this model serves.' }),
    shadow: Type.Boolean(),
    version: Type.Integer(),
    since: Type.String({ format: 'date-time' }),
  },
  { $id: 'ServedModel' },
);

export const ServedModelsSchema = Type.Object({ data: Type.Array(ServedModelSchema) }, { $id: 'ServedModelList' });

const ModelChangeSchema = Type.Object(
  {
    version: Type.Integer({ description: 'Version that the change created.' }),
    changed_at: Type.String({ format: 'date-time' }),
    changed_by: Type.String(),
    changes: fieldChanges(),
  },
  { $id: 'ModelChange' },
);

export const ModelHistorySchema = Type.Object({ data: Type.Array(ModelChangeSchema) }, { $id: 'ModelHistory' });

export function toServedModels(models: readonly ServedModel[]): Static<typeof ServedModelsSchema> {
  return {
    data: models.map(({ labels, modelVersion, name, shadow, since, traffic, version }) => ({
      name,
      model_version: modelVersion,
      labels,
      traffic,
      shadow,
      version,
      since: formatTime(since),
    })),
  };
}

export function toModelHistory(changes: readonly RecordedChange[]): Static<typeof ModelHistorySchema> {
  return {
    data: changes.map((change) => ({
      version: change.version,
      changed_at: formatTime(change.changedAt),
      changed_by: change.changedBy,
      changes: change.changes,
    })),
  };
}
