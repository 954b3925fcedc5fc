import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Page } from '#kernel';
import { PagedListRoute, PageQuery, ResourceRoute, StrictInput, SuccessSchema, UUID, UuidPipe } from '#http';
import { CreateRoute, IdempotencyKey, RecordingService, respond } from '#ingest';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import * as dto from './dto/webhook.schema.js';
import type { SendResult } from './webhook-sender.service.js';
import { WebhooksService } from './webhooks.service.js';

@ApiTags('Webhooks')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly recording: RecordingService,
  ) {}

  @Post()
  @CreateRoute({
    operationId: 'create_webhook',
    summary: 'Create a webhook',
    description: 'The response is the only one that contains the secret.',
    body: dto.CreateWebhookSchema,
    returns: dto.NewWebhookSchema,
  })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof dto.toNewWebhookResource>> {
    const wanted = dto.createWebhookValidator.parse(body);
    void reply.header('cache-control', 'no-store');
    const request = { key, operation: 'create_webhook', body };
    const plan = () => this.webhooks.planWebhook(caller, wanted);
    return respond(reply, await this.recording.change(caller, request, plan, dto.toNewWebhookResource));
  }

  @Get()
  @ResourceRoute({
    operationId: 'list_webhooks',
    summary: 'List webhooks, newest first',
    description: 'Secrets are not included.',
    returns: dto.WebhookListSchema,
  })
  async list(@Caller() caller: Principal): Promise<{ data: dto.WebhookResource[] }> {
    return { data: (await this.webhooks.list(caller)).map(dto.toWebhookResource) };
  }

  @Get(':id')
  @ResourceRoute({
    operationId: 'get_webhook',
    summary: 'Get a webhook',
    description: 'The secret of the webhook is not included.',
    path: { id: UUID },
    returns: dto.WebhookSchema,
  })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<dto.WebhookResource> {
    return dto.toWebhookResource(await this.webhooks.get(caller, id));
  }

  @Delete(':id')
  @ResourceRoute({
    operationId: 'delete_webhook',
    summary: 'Delete a webhook and its pending deliveries',
    description: 'No further deliveries are sent to its URL.',
    path: { id: UUID },
    returns: SuccessSchema,
  })
  async remove(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<{ success: boolean }> {
    await this.webhooks.remove(caller, id);
    return { success: true };
  }

  @Post(':id/test')
  @HttpCode(200)
  @ResourceRoute({
    operationId: 'test_webhook',
    summary: 'Send one test event and return the result',
    description: 'The event `webhook.test` is sent once and is not repeated if it fails.',
    path: { id: UUID },
    returns: dto.TestResultSchema,
  })
  test(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<SendResult> {
    return this.webhooks.test(caller, id);
  }

  @Get(':id/deliveries')
  @PagedListRoute({
    operationId: 'list_deliveries',
    summary: 'List deliveries of the last 30 days, newest first',
    description: 'Each delivery shows its attempts and the last result.',
    path: { id: UUID },
    of: dto.DeliverySchema,
  })
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
  @ResourceRoute({
    operationId: 'redeliver',
    summary: 'Repeat a delivery now',
    description: 'The delivery is repeated with the same `id`.',
    path: { id: UUID, delivery_id: UUID },
    returns: dto.DeliverySchema,
  })
  async redeliver(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Param('delivery_id', UuidPipe) deliveryId: string,
  ): Promise<dto.DeliveryResource> {
    return dto.toDeliveryResource(await this.webhooks.redeliver(caller, id, deliveryId));
  }
}
