import { type Clock, CLOCK, type CursorCodec, NotFoundError, type Page, type TenantContext, uuidv7 } from '#kernel';
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ChangePlan } from '#ingest';
import { Secrets } from '#secrets';
import { asActor, type Principal } from '#security';
import { DeliveriesRepository } from './deliveries.repository.js';
import { WebhookOutboxService } from './webhook-outbox.service.js';
import { type Delivery, type SigningWebhook, TEST_EVENT, type Webhook } from './webhook.js';
import { type SendResult, WebhookSender } from './webhook-sender.service.js';
import { WebhooksRepository } from './webhooks.repository.js';

export interface NewWebhook {
  url: string;
  events: string[];
  secret?: string | undefined;
}

@Injectable()
export class WebhooksService {
  private readonly cursors: CursorCodec;

  constructor(
    private readonly repository: WebhooksRepository,
    private readonly log: DeliveriesRepository,
    private readonly sender: WebhookSender,
    private readonly outbox: WebhookOutboxService,
    @Inject(CLOCK) private readonly clock: Clock,
    secrets: Secrets,
  ) {
    this.cursors = secrets.cursorCodec('webhook deliveries');
  }

  /**
   * Plans a new webhook.
   *
   * @throws WebhookAddressError (422)
   */
  async planWebhook(caller: Principal, { events, secret, url }: NewWebhook): Promise<ChangePlan<SigningWebhook>> {
    await this.sender.addresses.check(url);
    const now = this.clock.now();
    const webhook = {
      id: uuidv7(now),
      tenantId: caller.tenantId,
      url,
      events: [...new Set(events)],
      secret: secret ?? `whsec_${randomBytes(32).toString('base64url')}`,
      createdAt: now,
    };
    return {
      made: webhook,
      recordId: webhook.id,
      change: this.repository.creation(caller, webhook, asActor(caller, now)),
      changed: async () => {
        await this.refresh();
        return undefined;
      },
    };
  }

  list(tenant: TenantContext): Promise<Webhook[]> {
    return this.repository.list(tenant);
  }

  /** @throws NotFoundError (404) */
  async get(tenant: TenantContext, id: string): Promise<SigningWebhook> {
    const webhook = await this.repository.find(tenant, id);
    if (!webhook) throw new NotFoundError('The webhook');
    return webhook;
  }

  /** @throws NotFoundError (404) */
  async remove(caller: Principal, id: string): Promise<void> {
    if (!(await this.repository.remove(caller, id, asActor(caller, this.clock.now()))))
      throw new NotFoundError('The webhook');
    await this.refresh();
  }

  /**
   * Sends a test event once and returns the result.
   *
   * @throws NotFoundError (404)
   */
  async test(tenant: TenantContext, id: string): Promise<SendResult> {
    const webhook = await this.get(tenant, id);
    const now = this.clock.now();
    return this.sender.send(
      webhook,
      { id: uuidv7(now), event: TEST_EVENT, createdAt: now, data: { webhook_id: id } },
      now,
    );
  }

  /**
   * Returns a page of deliveries, newest first.
   *
   * @throws NotFoundError (404), ValidationError (422) naming `cursor`
   */
  async deliveries(tenant: TenantContext, id: string, limit: number, cursor?: string): Promise<Page<Delivery>> {
    await this.get(tenant, id);
    const position = this.cursors.positionOf(cursor);
    const rows = await this.log.page(tenant, id, limit + 1, position);
    return this.cursors.page(rows, limit, (row) => row.createdAt);
  }

  /** @throws NotFoundError (404) */
  async redeliver(tenant: TenantContext, webhookId: string, id: string): Promise<Delivery> {
    const delivery = await this.log.redeliver(tenant, webhookId, id, this.clock.now());
    if (!delivery) throw new NotFoundError('The delivery');
    return delivery;
  }

  /** Reloads the webhooks. A failure is ignored: the change is stored, and the next refresh finds it. */
  private async refresh(): Promise<void> {
    await this.outbox.refresh().catch(() => undefined);
  }
}
