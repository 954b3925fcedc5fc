import type { Actor, Position, TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import {
  type ChangeWork,
  BulkInsert,
  type BulkGroup,
  UnitOfWork,
  WebhookDeliveryEntity,
  WebhookEntity,
} from '#persistence';
import { FieldCipher } from '#secrets';
import { writeAudit } from '#security';
import type { Delivery, SigningWebhook, Webhook } from './webhook.js';

interface WebhookRow {
  id: string;
  tenant_id: string;
  url: string;
  events: unknown;
  secret: string;
  created_at: unknown;
}

interface DeliveryRow {
  id: string;
  tenant_id: string;
  webhook_id: string;
  event: string;
  data: unknown;
  created_at: unknown;
  attempts: number;
  next_attempt_at: unknown;
  delivered_at: unknown;
  last_status: number | null;
  last_error: string | null;
}

const DELIVERIES = new BulkInsert('webhook_deliveries', {
  id: 'uuid',
  tenant_id: 'uuid',
  webhook_id: 'uuid',
  event: 'text',
  data: 'json',
  created_at: 'timestamp',
  attempts: 'integer',
  next_attempt_at: 'timestamp',
});

/** Returns the rows of deliveries, to be written in the transaction of their records. */
export function deliveriesGroup(deliveries: readonly Delivery[]): BulkGroup {
  return {
    insert: DELIVERIES,
    rows: deliveries.map((delivery) => ({
      id: delivery.id,
      tenant_id: delivery.tenantId,
      webhook_id: delivery.webhookId,
      event: delivery.event,
      data: delivery.data,
      created_at: delivery.createdAt,
      attempts: delivery.attempts,
      next_attempt_at: delivery.nextAttemptAt,
    })),
  };
}

@Injectable()
export class WebhooksRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
  ) {}

  /** Returns the work that stores a webhook with its secret encrypted. */
  creation(tenant: TenantContext, webhook: SigningWebhook, by: Actor): ChangeWork {
    const { createdAt, events, id, secret, url } = webhook;
    const { tenantId } = tenant;
    return async (manager) => {
      await manager.insert(WebhookEntity, {
        id,
        tenantId,
        url,
        events,
        createdAt,
        secret: this.cipher.seal(tenant, place(id), secret),
      });
      await writeAudit(manager, tenant, by, {
        action: 'webhook.create',
        target: id,
        details: { url: new URL(url).origin, events },
      });
    };
  }

  /** Deletes a webhook and its deliveries. Returns false if the webhook does not exist. */
  async remove(tenant: TenantContext, id: string, by: Actor): Promise<boolean> {
    const { tenantId } = tenant;
    return this.unitOfWork.change(async (manager) => {
      const { affected } = await manager.delete(WebhookEntity, { tenantId, id });
      if (!affected) return false;
      await manager.delete(WebhookDeliveryEntity, { tenantId, webhookId: id });
      await writeAudit(manager, tenant, by, { action: 'webhook.delete', target: id, details: {} });
      return true;
    });
  }

  async list(tenant: TenantContext): Promise<Webhook[]> {
    const rows = await this.unitOfWork.read<WebhookRow>(
      tenant,
      'SELECT * FROM webhooks WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000',
    );
    return rows.map((row) => this.toWebhook(row));
  }

  async find(tenant: TenantContext, id: string): Promise<SigningWebhook | undefined> {
    const row = await this.unitOfWork.find<WebhookRow>(
      tenant,
      'SELECT * FROM webhooks WHERE tenant_id = $1 AND id = $2',
      [id],
    );
    return row && this.toSigning(row);
  }

  /**
   * Lists all webhooks. Also works before the database is reported as up.
   *
   * @acrossTenants every server keeps all webhooks in memory
   */
  async allWebhooks(): Promise<Webhook[]> {
    const rows = await this.unitOfWork.transaction(
      (manager) => manager.query('SELECT * FROM webhooks') as Promise<WebhookRow[]>,
    );
    return rows.map((row) => this.toWebhook(row));
  }

  async add(tenant: TenantContext, deliveries: readonly Delivery[]): Promise<void> {
    const own = deliveries.filter(({ tenantId }) => tenantId === tenant.tenantId);
    if (own.length > 0) await this.unitOfWork.write((session) => session.insert([deliveriesGroup(own)]));
  }

  /**
   * Claims at most `limit` deliveries that are due. No other server gets them before `until`, in milliseconds since
   * 1970.
   *
   * @acrossTenants one queue for the installation
   */
  async claimDue(
    now: number,
    until: number,
    limit: number,
  ): Promise<{ delivery: Delivery; webhook: SigningWebhook | undefined }[]> {
    const { dialect } = this.unitOfWork;
    const skip = dialect.name === 'sqlite' ? '' : ' FOR UPDATE SKIP LOCKED';
    const rows = await this.unitOfWork.write((session) =>
      session.query<DeliveryRow>(
        'UPDATE webhook_deliveries SET next_attempt_at = $1 WHERE id IN (SELECT id FROM webhook_deliveries WHERE next_attempt_at <= $2 ' +
          `ORDER BY next_attempt_at LIMIT $3${skip}) RETURNING *`,
        [dialect.time(until), dialect.time(now), limit],
      ),
    );
    const claimed: { delivery: Delivery; webhook: SigningWebhook | undefined }[] = [];
    for (const row of rows) {
      // A webhook whose secret no key decrypts must not block the others, so it is treated as deleted.
      const webhook = await this.find({ tenantId: row.tenant_id }, row.webhook_id).catch(() => undefined);
      claimed.push({ delivery: this.toDelivery(row), webhook });
    }
    return claimed;
  }

  /** Records the result of an attempt. */
  async recordAttempt(
    tenant: TenantContext,
    id: string,
    {
      attempts,
      deliveredAt,
      error,
      nextAttemptAt,
      status,
    }: {
      attempts: number;
      status: number | null;
      error: string | null;
      nextAttemptAt: number | null;
      deliveredAt: number | null;
    },
  ): Promise<void> {
    const time = (value: number | null): unknown => (value === null ? null : this.unitOfWork.dialect.time(value));
    await this.unitOfWork.write((session) =>
      session.query(
        'UPDATE webhook_deliveries SET attempts = $3, last_status = $4, last_error = $5, next_attempt_at = $6, delivered_at = $7 WHERE tenant_id = $1 AND id = $2',
        [tenant.tenantId, id, attempts, status, error, time(nextAttemptAt), time(deliveredAt)],
      ),
    );
  }

  /** Returns at most `limit` deliveries after `position`, newest first. */
  async deliveries(tenant: TenantContext, webhookId: string, limit: number, position?: Position): Promise<Delivery[]> {
    const after = position ? ' AND (created_at, id) < ($4, $5)' : '';
    const rows = await this.unitOfWork.read<DeliveryRow>(
      tenant,
      `SELECT * FROM webhook_deliveries WHERE tenant_id = $1 AND webhook_id = $2${after} ORDER BY created_at DESC, id DESC LIMIT $3`,
      [webhookId, limit, ...(position ? [this.unitOfWork.dialect.time(position.time), position.id] : [])],
    );
    return rows.map((row) => this.toDelivery(row));
  }

  /** Makes a delivery due again at `now`. Returns undefined if it does not exist. */
  async redeliver(tenant: TenantContext, webhookId: string, id: string, now: number): Promise<Delivery | undefined> {
    const rows = await this.unitOfWork.write((session) =>
      session.query<DeliveryRow>(
        'UPDATE webhook_deliveries SET next_attempt_at = $4, attempts = 0, delivered_at = NULL WHERE tenant_id = $1 AND webhook_id = $2 AND id = $3 RETURNING *',
        [tenant.tenantId, webhookId, id, this.unitOfWork.dialect.time(now)],
      ),
    );
    return rows[0] && this.toDelivery(rows[0]);
  }

  /**
   * Deletes deliveries created before a time in milliseconds since 1970.
   *
   * @acrossTenants one schedule for the installation
   */
  async deleteDeliveries(before: number): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query('DELETE FROM webhook_deliveries WHERE created_at < $1', [this.unitOfWork.dialect.time(before)]),
    );
  }

  private toWebhook(row: WebhookRow): Webhook {
    const { dialect } = this.unitOfWork;
    return {
      id: row.id,
      tenantId: row.tenant_id,
      url: row.url,
      events: dialect.readJson<string[]>(row.events) ?? [],
      createdAt: dialect.readTime(row.created_at),
    };
  }

  private toSigning(row: WebhookRow): SigningWebhook {
    return { ...this.toWebhook(row), secret: this.cipher.open({ tenantId: row.tenant_id }, place(row.id), row.secret) };
  }

  private toDelivery(row: DeliveryRow): Delivery {
    const { readJson, readTime } = this.unitOfWork.dialect;
    const time = (value: unknown): number | null => (value == null ? null : readTime(value));
    return {
      id: row.id,
      tenantId: row.tenant_id,
      webhookId: row.webhook_id,
      event: row.event,
      data: readJson<Record<string, unknown>>(row.data) ?? {},
      createdAt: readTime(row.created_at),
      attempts: row.attempts,
      nextAttemptAt: time(row.next_attempt_at),
      deliveredAt: time(row.delivered_at),
      lastStatus: row.last_status,
      lastError: row.last_error,
    };
  }
}

function place(id: string): { table: string; column: string; id: string } {
  return { table: 'webhooks', column: 'secret', id };
}
