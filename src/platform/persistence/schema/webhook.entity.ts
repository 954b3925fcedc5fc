import {
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TextColumn,
  TimeColumn,
  UuidColumn,
} from './portable-columns.js';

/** Where a tenant wants to be told of what happens. */
@PortableEntity('webhooks', [{ name: 'idx_webhooks_tenant', columns: ['tenantId', 'createdAt', 'id'] }])
export class WebhookEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @TextColumn() url!: string;
  @JsonColumn() events!: string[];
  /** Signs what is sent; encrypted. */
  @TextColumn() secret!: string;
  @TimeColumn() createdAt!: number;
}

/** Something that a webhook is told: written in the transaction of what happened, sent until it is taken. */
@PortableEntity('webhook_deliveries', [
  { name: 'idx_webhook_deliveries_due', columns: ['nextAttemptAt'], where: 'next_attempt_at IS NOT NULL' },
  { name: 'idx_webhook_deliveries_webhook', columns: ['tenantId', 'webhookId', 'createdAt', 'id'] },
])
export class WebhookDeliveryEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() webhookId!: string;
  @StringColumn(64) event!: string;
  /** Ids and figures, never a text. */
  @JsonColumn() data!: Record<string, unknown>;
  @TimeColumn() createdAt!: number;
  @IntegerColumn() attempts!: number;
  /** Null: it was taken, or is given up. */
  @TimeColumn({ nullable: true }) nextAttemptAt!: number | null;
  @TimeColumn({ nullable: true }) deliveredAt!: number | null;
  @IntegerColumn({ nullable: true }) lastStatus!: number | null;
  @StringColumn(200, { nullable: true }) lastError!: string | null;
}
