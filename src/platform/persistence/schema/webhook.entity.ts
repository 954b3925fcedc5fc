import {
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TextColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

/** A tenant's subscription to events. */
@PortableEntity('webhooks', [{ name: 'idx_webhooks_tenant', columns: ['tenantId', 'createdAt', 'id'] }])
export class WebhookEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @TextColumn() url!: string;
  @JsonColumn() events!: string[];
  /** Key that signs deliveries, encrypted. */
  @TextColumn() secret!: string;
  @TimeColumn() createdAt!: number;
  /** When the last batch of events was sent. Batches go out at most once a second. */
  @TimeColumn({ nullable: true }) lastBatchAt!: number | null;
}

/** A delivery to a webhook. It is stored in the transaction of its event and sent until the receiver accepts it. */
@PortableEntity('webhook_deliveries', [
  { name: 'idx_webhook_deliveries_due', columns: ['nextAttemptAt'], where: 'next_attempt_at IS NOT NULL' },
  {
    name: 'idx_webhook_deliveries_lane',
    columns: ['webhookId', 'event', 'nextAttemptAt'],
    where: 'next_attempt_at IS NOT NULL',
  },
  { name: 'idx_webhook_deliveries_webhook', columns: ['tenantId', 'webhookId', 'createdAt', 'id'] },
])
export class WebhookDeliveryEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() webhookId!: string;
  @StringColumn(64) event!: string;
  /** Holds ids and figures, never a text. */
  @JsonColumn() data!: Record<string, unknown>;
  @TimeColumn() createdAt!: number;
  @IntegerColumn() attempts!: number;
  /** Null: delivered, or given up. */
  @TimeColumn({ nullable: true }) nextAttemptAt!: number | null;
  @TimeColumn({ nullable: true }) deliveredAt!: number | null;
  @IntegerColumn({ nullable: true }) lastStatus!: number | null;
  @StringColumn(200, { nullable: true }) lastError!: string | null;
}
