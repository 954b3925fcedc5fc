import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import { parseTime, ValidationError } from '#kernel';
import { ResourceRoute, StrictInput } from '#http';
import { Scopes, Unlimited } from '#security';
import {
  ModelHistorySchema,
  ModelsQuery,
  ServedModelsSchema,
  toModelHistory,
  toServedModels,
} from './dto/model.schema.js';
import { ServedModelsService } from '#models';

/** Shows the served models and their history. Models come from the configuration and cannot be changed here. */
@ApiTags('Models')
@StrictInput()
@Unlimited()
@Scopes('platform')
@Controller('admin/api/models')
export class ModelsController {
  constructor(private readonly models: ServedModelsService) {}

  @Get()
  @ResourceRoute({
    operationId: 'list_models',
    summary: 'List the models that are, or were, served at a given time',
    description: 'Models come from the configuration and cannot be changed here.',
    returns: ServedModelsSchema,
  })
  async list(@Query() { at }: ModelsQuery): Promise<ReturnType<typeof toServedModels>> {
    const time = at === undefined ? undefined : parseTime(at);
    if (at !== undefined && time === undefined)
      throw new ValidationError([{ path: 'at', message: 'must be an ISO 8601 time such as 2026-01-31T00:00:00Z' }]);
    return toServedModels(await this.models.list(time));
  }

  @Get(':name/history')
  @ResourceRoute({
    operationId: 'model_history',
    summary: 'List the changes of a model',
    description: 'Each change creates a version. The oldest change comes first.',
    path: { name: Type.String({ maxLength: 100 }) },
    returns: ModelHistorySchema,
  })
  async history(@Param('name') name: string): Promise<ReturnType<typeof toModelHistory>> {
    return toModelHistory(await this.models.history(name));
  }
}
