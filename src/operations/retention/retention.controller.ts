import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { apiSchema } from '#http';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import {
  ChangeRetentionSchema,
  changeRetentionValidator,
  type RetentionResource,
  RetentionSchema,
  toRetentionResource,
} from './dto/retention.schema.js';
import { RetentionService } from './retention.service.js';

const SHOWN_RUNS = 20;

@ApiTags('Administration')
@Unlimited()
@Scopes('admin')
@Controller('admin/api/retention')
export class RetentionController {
  constructor(private readonly service: RetentionService) {}

  @Get()
  @ApiOperation({ operationId: 'get_retention', summary: 'How long what is kept, and what was deleted' })
  @ApiOkResponse({ schema: apiSchema(RetentionSchema) })
  async get(@Caller() caller: Principal): Promise<RetentionResource> {
    return toRetentionResource(await this.service.settings(caller), await this.service.recent(caller, SHOWN_RUNS));
  }

  @Put()
  @ApiOperation({ operationId: 'change_retention', summary: 'Keep a kind longer or shorter than configured' })
  @ApiBody({ schema: apiSchema(ChangeRetentionSchema) })
  @ApiOkResponse({ schema: apiSchema(RetentionSchema) })
  async change(@Caller() caller: Principal, @Body() body: unknown): Promise<RetentionResource> {
    const settings = await this.service.change(caller, changeRetentionValidator.parse(body));
    return toRetentionResource(settings, await this.service.recent(caller, SHOWN_RUNS));
  }
}
