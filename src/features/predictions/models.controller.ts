import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { parseTime, ValidationError } from '#kernel';
import { apiSchema, StrictInput } from '#http';
import { Scopes, Unlimited } from '#security';
import {
  ModelHistorySchema,
  ModelsQuery,
  ServedModelsSchema,
  toModelHistory,
  toServedModels,
} from './dto/model.schema.js';
import { ServedModelsService } from '#models';

/** Which models this installation answers with. They come from configuration; nothing here changes them. */
@ApiTags('Models')
@StrictInput()
@Unlimited()
@Scopes('platform')
@Controller('admin/api/models')
export class ModelsController {
  constructor(private readonly models: ServedModelsService) {}

  @Get()
  @ApiOperation({ operationId: 'list_models', summary: 'Models that are served, or were at a moment' })
  @ApiOkResponse({ schema: apiSchema(ServedModelsSchema) })
  async list(@Query() { at }: ModelsQuery): Promise<ReturnType<typeof toServedModels>> {
    const time = at === undefined ? undefined : parseTime(at);
    if (at !== undefined && time === undefined)
      throw new ValidationError([{ path: 'at', message: 'must be an ISO 8601 time such as 2026-01-31T00:00:00Z' }]);
    return toServedModels(await this.models.list(time));
  }

  @Get(':name/history')
  @ApiOperation({ operationId: 'model_history', summary: 'What changed of a model, and when' })
  @ApiParam({ name: 'name', schema: { type: 'string', maxLength: 100 } })
  @ApiOkResponse({ schema: apiSchema(ModelHistorySchema) })
  async history(@Param('name') name: string): Promise<ReturnType<typeof toModelHistory>> {
    return toModelHistory(await this.models.history(name));
  }
}
