import type { Actor, TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { type ChangeWork, UnitOfWork, WebhookDeliveryEntity, WebhookEntity } from '#persistence';
import { FieldCipher } from '#secrets';
import { writeAudit } from '#security';
import type { SigningWebhook, Webhook } from './webhook.js';

interface WebhookRow {
  id: string;
  tenant_id: string;
  url: string;
  events: unknown;
  secret: string;
  created_at: unknown;
}

/** The deliveries of one event to one webhook. They wait only for each other. */
export interface Lane {
  webhook: Webhook;
  event: string;
  /** Undefined if no key of this server decrypts it. */
  secret: string | undefined;
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

  /**
   * Lists at most `limit` lanes, of all webhooks and `events`, that have deliveries due at `now`, in milliseconds since
   * 1970. The lane whose delivery is due longest comes first.
   *
   * @acrossTenants one queue for the installation
   */
  async dueLanes(now: number, events: readonly string[], limit: number): Promise<Lane[]> {
    const names = events.map((_, index) => `(CAST($${index + 2} AS text))`).join(', ');
    const lane = 'd.webhook_id = webhooks.id AND d.event = names.event AND d.next_attempt_at <= $1';
    const due = `SELECT 1 FROM webhook_deliveries d WHERE ${lane}`;
    const rows = await this.unitOfWork.readAcrossTenants<WebhookRow & { event: string }>(
      `WITH names (event) AS (VALUES ${names}) SELECT webhooks.*, names.event FROM webhooks CROSS JOIN names ` +
        `WHERE EXISTS (${due}) ORDER BY (SELECT MIN(next_attempt_at) FROM webhook_deliveries d WHERE ${lane}) LIMIT ${limit}`,
      [this.unitOfWork.dialect.time(now), ...events],
    );
    return rows.map((row) => ({ webhook: this.toWebhook(row), secret: this.secretOf(row), event: row.event }));
  }

  /** A webhook whose secret no key decrypts must not stop the others. */
  private secretOf(row: WebhookRow): string | undefined {
    try {
      return this.toSigning(row).secret;
    } catch {
      return undefined;
    }
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
}

function place(id: string): { table: string; column: string; id: string } {
  return { table: 'webhooks', column: 'secret', id };
}
