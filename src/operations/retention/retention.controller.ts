import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ResourceRoute } from '#http';
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
  @ResourceRoute({
    operationId: 'get_retention',
    summary: 'Get retention periods and the latest runs',
    description: 'Each kind of record has its own period.',
    returns: RetentionSchema,
  })
  async get(@Caller() caller: Principal): Promise<RetentionResource> {
    return toRetentionResource(await this.service.settings(caller), await this.service.recent(caller, SHOWN_RUNS));
  }

  @Put()
  @ResourceRoute({
    operationId: 'change_retention',
    summary: 'Change retention periods of the tenant',
    description: 'Null restores the configured period.',
    body: ChangeRetentionSchema,
    returns: RetentionSchema,
  })
  async change(@Caller() caller: Principal, @Body() body: unknown): Promise<RetentionResource> {
    const settings = await this.service.change(caller, changeRetentionValidator.parse(body));
    return toRetentionResource(settings, await this.service.recent(caller, SHOWN_RUNS));
  }
}
