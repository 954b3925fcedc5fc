import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, HOUR_MS, type TenantContext, uuidv7 } from '#kernel';
import { type CommitHook, CommitHooks } from '#ingest';
import {
  Announcements,
  type BulkRow,
  DatabaseSupervisor,
  type EventBatchDeclaration,
  type EventDeclaration,
  StoredTables,
} from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { DeliveriesRepository, deliveriesGroup } from './deliveries.repository.js';
import type { Delivery, Webhook } from './webhook.js';
import { WebhooksRepository } from './webhooks.repository.js';

const REFRESH_EVERY_MS = 10_000;
/** Time for which deliveries are kept. */
const KEPT_MS = 30 * DAY_MS;

/**
 * Queues deliveries to webhooks.
 *
 * - A delivery is written in the transaction of its record, so that neither exists without the other.
 * - A webhook that was created on another server is known here within ten seconds.
 */
@Injectable()
export class WebhookOutboxService implements OnModuleInit {
  private webhooks: ReadonlyMap<string, Webhook[]> = new Map();

  constructor(
    private readonly repository: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
    supervisor: DatabaseSupervisor,
    private readonly hooks: CommitHooks,
    private readonly tables: StoredTables,
    announcements: Announcements,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    announcements.listen((tenant, { data, type }) =>
      this.deliveries.add(tenant, this.deliveriesOf(this.subscribersOf(tenant, type), type, data)),
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

  @WhileDatabaseUp({ name: 'webhooks.forget_deliveries', every: HOUR_MS })
  async prune(): Promise<void> {
    await this.deliveries.deleteExpired(this.clock.now() - KEPT_MS);
  }

  /** Returns a hook that writes the deliveries of new rows in the transaction of those rows. */
  private hookOf({ batch, payload, type }: EventDeclaration): CommitHook {
    return (rows) => {
      if (this.webhooks.size === 0) return [];
      const deliveries = [...byTenant(rows)].flatMap(([tenantId, own]) => {
        const inBatches = batch ? this.subscribersOf({ tenantId }, batch.type) : [];
        const oneByOne = this.subscribersOf({ tenantId }, type).filter((webhook) => !inBatches.includes(webhook));
        return [
          ...(oneByOne.length === 0 ? [] : own.flatMap((row) => this.deliveriesOf(oneByOne, type, payload(row)))),
          ...(batch && inBatches.length > 0 ? this.batchesOf(inBatches, batch, own) : []),
        ];
      });
      return deliveries.length === 0 ? [] : [deliveriesGroup(deliveries)];
    };
  }

  private batchesOf(
    to: readonly Webhook[],
    { payloads, type }: EventBatchDeclaration,
    rows: readonly BulkRow[],
  ): Delivery[] {
    return payloads(rows).flatMap((data) => this.deliveriesOf(to, type, data));
  }

  private subscribersOf({ tenantId }: TenantContext, event: string): Webhook[] {
    return (this.webhooks.get(tenantId) ?? []).filter(({ events }) => events.includes(event));
  }

  private deliveriesOf(to: readonly Webhook[], event: string, data: Record<string, unknown>): Delivery[] {
    const now = this.clock.now();
    return to.map((webhook) => ({
      id: uuidv7(now),
      tenantId: webhook.tenantId,
      webhookId: webhook.id,
      event,
      data,
      createdAt: now,
      attempts: 0,
      nextAttemptAt: now,
      deliveredAt: null,
      lastStatus: null,
      lastError: null,
    }));
  }
}

function byTenant(rows: readonly BulkRow[]): Map<string, BulkRow[]> {
  const tenants = new Map<string, BulkRow[]>();
  for (const row of rows) {
    const tenant = String(row.tenant_id);
    const own = tenants.get(tenant);
    if (own) own.push(row);
    else tenants.set(tenant, [row]);
  }
  return tenants;
}
