import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Page } from '#kernel';
import { apiSchema, PageQuery, StrictInput, UuidPipe } from '#http';
import { IdempotencyKey, IdempotencyService, makeOnce } from '#ingest';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import * as dto from './dto/webhook.schema.js';
import type { SendResult } from './webhook-sender.service.js';
import { WebhooksService } from './webhooks.service.js';

const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;
const DELIVERY_ID = { name: 'delivery_id', schema: { type: 'string', format: 'uuid' } } as const;

@ApiTags('Webhooks')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @ApiOperation({ operationId: 'create_webhook', summary: 'Be told of what happens; the secret is shown once' })
  @ApiBody({ schema: apiSchema(dto.CreateWebhookSchema) })
  @ApiCreatedResponse({ schema: apiSchema(dto.NewWebhookSchema) })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof dto.toNewWebhookResource>> {
    const wanted = dto.createWebhookValidator.parse(body);
    void reply.header('cache-control', 'no-store');
    const request = { tenant: caller, key, operation: 'create_webhook', body };
    return makeOnce(this.idempotency, reply, request, dto.toNewWebhookResource, (claim) =>
      this.webhooks.create(caller, wanted, claim),
    );
  }

  @Get()
  @ApiOperation({ operationId: 'list_webhooks', summary: 'Webhooks of the tenant, newest first' })
  @ApiOkResponse({ schema: apiSchema(dto.WebhookListSchema) })
  async list(@Caller() caller: Principal): Promise<{ data: dto.WebhookResource[] }> {
    return { data: (await this.webhooks.list(caller)).map(dto.toWebhookResource) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'get_webhook', summary: 'One webhook' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(dto.WebhookSchema) })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<dto.WebhookResource> {
    return dto.toWebhookResource(await this.webhooks.get(caller, id));
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'delete_webhook', summary: 'Be told no more; what is still to be delivered goes too' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(dto.DoneSchema) })
  async remove(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<{ success: boolean }> {
    await this.webhooks.remove(caller, id);
    return { success: true };
  }

  @Post(':id/test')
  @HttpCode(200)
  @ApiOperation({ operationId: 'test_webhook', summary: 'Send something now, once, and see what comes of it' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(dto.TestResultSchema) })
  test(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<SendResult> {
    return this.webhooks.test(caller, id);
  }

  @Get(':id/deliveries')
  @ApiOperation({ operationId: 'list_deliveries', summary: 'What was told, newest first; kept for 30 days' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(dto.DeliveryPageSchema) })
  async deliveries(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Query() query: PageQuery,
  ): Promise<Page<dto.DeliveryResource>> {
    const page = await this.webhooks.deliveries(caller, id, query.limit, query.cursor);
    return { data: page.data.map(dto.toDeliveryResource), next_cursor: page.next_cursor };
  }

  @Post(':id/deliveries/:delivery_id/redeliver')
  @HttpCode(200)
  @ApiOperation({ operationId: 'redeliver', summary: 'Tell it again, now' })
  @ApiParam(ID)
  @ApiParam(DELIVERY_ID)
  @ApiOkResponse({ schema: apiSchema(dto.DeliverySchema) })
  async redeliver(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Param('delivery_id', UuidPipe) deliveryId: string,
  ): Promise<dto.DeliveryResource> {
    return dto.toDeliveryResource(await this.webhooks.redeliver(caller, id, deliveryId));
  }
}
