import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, HOUR_MS, type TenantContext, uuidv7 } from '#kernel';
import { type CommitHook, CommitHooks } from '#ingest';
import { Metrics } from '#observability';
import { Announcements, DatabaseSupervisor, type EventDeclaration, StoredTables } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { type Delivery, RETRY_MS, type SigningWebhook, type Webhook } from './webhook.js';
import { type SendResult, WebhookSender } from './webhook-sender.service.js';
import { deliveriesGroup, WebhooksRepository } from './webhooks.repository.js';

const DELIVER_EVERY_MS = 1000;
const REFRESH_EVERY_MS = 10_000;
/** Time for which deliveries are kept. */
const KEPT_MS = 30 * DAY_MS;
/** Time for which no other server takes a claimed delivery. It is longer than the timeout of a delivery. */
const LEASE_MS = 30_000;
const MAX_PARALLEL = 10;

/**
 * Queues and sends deliveries to webhooks.
 *
 * - A delivery is written in the transaction of its record, so that neither exists without the other.
 * - Any server may send a delivery. It is sent at least once, until the receiver accepts it or seven attempts have
 *   failed.
 * - A webhook that was created on another server is known here within ten seconds.
 */
@Injectable()
export class WebhookOutboxService implements OnModuleInit {
  private webhooks: ReadonlyMap<string, Webhook[]> = new Map();
  private readonly attempts;

  constructor(
    private readonly repository: WebhooksRepository,
    private readonly sender: WebhookSender,
    supervisor: DatabaseSupervisor,
    private readonly hooks: CommitHooks,
    private readonly tables: StoredTables,
    announcements: Announcements,
    metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.attempts = metrics.counter('webhook_attempts_total', 'Attempts to send a delivery to a webhook.', ['result']);
    announcements.listen((tenant, { data, type }) =>
      this.repository.add(tenant, this.deliveriesOf(tenant, type, data)),
    );
    // Loads the webhooks before the first record, whose deliveries would otherwise be missed.
    supervisor.onReady(() => this.refresh());
  }

  /** Registers the hooks at this point, because every feature has registered its tables by then. */
  onModuleInit(): void {
    for (const { name, options } of this.tables.all)
      if (options.events) this.hooks.register(name, this.hookOf(options.events));
  }

  /** Reloads the webhooks. Also called after a change on this server. */
  @WhileDatabaseUp({ name: 'webhooks.refresh', every: REFRESH_EVERY_MS })
  async refresh(): Promise<void> {
    const found = await this.repository.allWebhooks();
    const byTenant = new Map<string, Webhook[]>();
    for (const webhook of found) byTenant.set(webhook.tenantId, [...(byTenant.get(webhook.tenantId) ?? []), webhook]);
    this.webhooks = byTenant;
  }

  @WhileDatabaseUp({ name: 'webhooks.deliver', every: DELIVER_EVERY_MS })
  async deliver(): Promise<void> {
    for (let found = MAX_PARALLEL; found === MAX_PARALLEL;) {
      const now = this.clock.now();
      const due = await this.repository.claimDue(now, now + LEASE_MS, MAX_PARALLEL);
      await Promise.allSettled(due.map(({ delivery, webhook }) => this.attempt(delivery, webhook)));
      found = due.length;
    }
  }

  @WhileDatabaseUp({ name: 'webhooks.forget_deliveries', every: HOUR_MS })
  async prune(): Promise<void> {
    await this.repository.deleteDeliveries(this.clock.now() - KEPT_MS);
  }

  private async attempt(delivery: Delivery, webhook: SigningWebhook | undefined): Promise<void> {
    const tenant = { tenantId: delivery.tenantId };
    const now = this.clock.now();
    const notSent: SendResult = {
      delivered: false,
      status: null,
      error: 'the webhook was deleted, or its secret cannot be decrypted',
    };
    const result = webhook ? await this.sender.send(webhook, delivery, now) : notSent;
    const attempts = delivery.attempts + 1;
    const pause = webhook ? RETRY_MS[attempts - 1] : undefined;
    this.attempts.inc({ result: result.delivered ? 'delivered' : 'failed' });
    await this.repository.recordAttempt(tenant, delivery.id, {
      attempts,
      status: result.status,
      error: result.error,
      deliveredAt: result.delivered ? this.clock.now() : null,
      nextAttemptAt: result.delivered || pause === undefined ? null : this.clock.now() + pause,
    });
  }

  /** Returns a hook that writes the deliveries of new rows in the transaction of those rows. */
  private hookOf({ payload, type }: EventDeclaration): CommitHook {
    return (rows) => {
      if (this.webhooks.size === 0) return [];
      const deliveries = rows.flatMap((row) =>
        this.deliveriesOf({ tenantId: String(row.tenant_id) }, type, () => payload(row)),
      );
      return deliveries.length === 0 ? [] : [deliveriesGroup(deliveries)];
    };
  }

  private deliveriesOf(
    { tenantId }: TenantContext,
    event: string,
    data: Record<string, unknown> | (() => Record<string, unknown>),
  ): Delivery[] {
    const now = this.clock.now();
    return (this.webhooks.get(tenantId) ?? [])
      .filter(({ events }) => events.includes(event))
      .map((webhook) => ({
        id: uuidv7(now),
        tenantId,
        webhookId: webhook.id,
        event,
        data: typeof data === 'function' ? data() : data,
        createdAt: now,
        attempts: 0,
        nextAttemptAt: now,
        deliveredAt: null,
        lastStatus: null,
        lastError: null,
      }));
  }
}
