import type { Position, TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { type BulkGroup, BulkInsert, type EventBatchDeclaration, placeholders, UnitOfWork } from '#persistence';
import type { Delivery } from './webhook.js';
import type { Lane } from './webhooks.repository.js';

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

/** The result of an attempt. Times are in milliseconds since 1970. */
export interface Attempt {
  id: string;
  /** Number of attempts including this one. */
  attempts: number;
  status: number | null;
  error: string | null;
  nextAttemptAt: number | null;
  deliveredAt: number | null;
}

/** Stores deliveries and gives them out. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async add(tenant: TenantContext, deliveries: readonly Delivery[]): Promise<void> {
    const own = deliveries.filter(({ tenantId }) => tenantId === tenant.tenantId);
    if (own.length > 0) await this.unitOfWork.write((session) => session.insert([deliveriesGroup(own)]));
  }

  /**
   * Claims at most `limit` due deliveries of a lane, oldest first. No other server gets them before `until`, in
   * milliseconds since 1970.
   */
  async claim(
    { tenantId }: TenantContext,
    { event, webhook: { id } }: Lane,
    now: number,
    until: number,
    limit: number,
  ): Promise<Delivery[]> {
    const { dialect } = this.unitOfWork;
    const rows = await this.unitOfWork.write((session) =>
      session.query<DeliveryRow>(
        `UPDATE webhook_deliveries SET next_attempt_at = $5 WHERE tenant_id = $1 AND id IN (${this.due(limit)}) RETURNING *`,
        [tenantId, id, event, dialect.time(now), dialect.time(until)],
      ),
    );
    return rows.map((row) => this.toDelivery(row)).sort((a, b) => a.createdAt - b.createdAt);
  }

  /**
   * Folds the due deliveries of a lane and claims the first one. Returns undefined if none is due, or if a batch was
   * claimed less than `pause` milliseconds ago by any server.
   */
  async claimBatch(
    { tenantId }: TenantContext,
    { event, webhook: { id } }: Lane,
    { limit, now, pause, until }: { limit: number; now: number; pause: number; until: number },
    fold: EventBatchDeclaration['fold'],
  ): Promise<Delivery | undefined> {
    const { dialect } = this.unitOfWork;
    return this.unitOfWork.write(async (session) => {
      const turn = await session.query(
        'UPDATE webhooks SET last_batch_at = $3 WHERE tenant_id = $1 AND id = $2 AND (last_batch_at IS NULL OR last_batch_at <= $4) RETURNING id',
        [tenantId, id, dialect.time(now), dialect.time(now - pause)],
      );
      if (turn.length === 0) return undefined;
      const rows = await session.query<DeliveryRow>(
        `SELECT * FROM webhook_deliveries WHERE tenant_id = $1 AND id IN (${this.due(limit)}) ORDER BY next_attempt_at, id`,
        [tenantId, id, event, dialect.time(now)],
      );
      const due = rows.map((row) => this.toDelivery(row));
      const [first] = due;
      if (!first) return undefined;
      const fresh = wasSent(first) ? [first] : due.filter((delivery) => !wasSent(delivery));
      const folded = prefixThatFolds(fresh, fold);
      const data = folded.length === 1 ? first.data : fold(folded.map((each) => each.data))[0]!;
      await session.query(
        'UPDATE webhook_deliveries SET next_attempt_at = $3, data = $4 WHERE tenant_id = $1 AND id = $2',
        [tenantId, first.id, dialect.time(until), JSON.stringify(data)],
      );
      const others = folded.slice(1).map((each) => each.id);
      if (others.length > 0)
        await session.query(`DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND id IN (${placeholders(others)})`, [
          tenantId,
          ...others,
        ]);
      return { ...first, data };
    });
  }

  /** Records the results of attempts in one transaction. */
  async recordAttempts({ tenantId }: TenantContext, attempts: readonly Attempt[]): Promise<void> {
    const time = (value: number | null): unknown => (value === null ? null : this.unitOfWork.dialect.time(value));
    const alike = new Map<string, { attempt: Attempt; ids: string[] }>();
    for (const attempt of attempts) {
      const { id, ...result } = attempt;
      const key = JSON.stringify(result);
      const group = alike.get(key) ?? { attempt, ids: [] };
      group.ids.push(id);
      alike.set(key, group);
    }
    await this.unitOfWork.write(async (session) => {
      for (const { attempt, ids } of alike.values())
        await session.query(
          'UPDATE webhook_deliveries SET attempts = $2, last_status = $3, last_error = $4, next_attempt_at = $5, delivered_at = $6 ' +
            `WHERE tenant_id = $1 AND id IN (${placeholders(ids, 7)})`,
          [
            tenantId,
            attempt.attempts,
            attempt.status,
            attempt.error,
            time(attempt.nextAttemptAt),
            time(attempt.deliveredAt),
            ...ids,
          ],
        );
    });
  }

  /** Returns at most `limit` deliveries after `position`, newest first. */
  async page(tenant: TenantContext, webhookId: string, limit: number, position?: Position): Promise<Delivery[]> {
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
   * Deletes deliveries that were created before a time in milliseconds since 1970, and those of deleted webhooks, which
   * another server may have written before it knew.
   *
   * @acrossTenants one schedule for the installation
   */
  async deleteExpired(before: number): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query(
        'DELETE FROM webhook_deliveries WHERE created_at < $1 OR webhook_id NOT IN (SELECT id FROM webhooks)',
        [this.unitOfWork.dialect.time(before)],
      ),
    );
  }

  /** Selects the ids of due deliveries: `$1` tenant, `$2` webhook, `$3` event, `$4` now. */
  private due(limit: number): string {
    const skip = this.unitOfWork.dialect.name === 'sqlite' ? '' : ' FOR UPDATE SKIP LOCKED';
    return (
      'SELECT id FROM webhook_deliveries WHERE tenant_id = $1 AND webhook_id = $2 AND event = $3 AND next_attempt_at <= $4 ' +
      `ORDER BY next_attempt_at, id LIMIT ${limit}${skip}`
    );
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

/** What was sent keeps its id and content, also when it is sent again on request, which resets the attempts. */
function wasSent({ attempts, lastError, lastStatus }: Delivery): boolean {
  return attempts > 0 || lastStatus !== null || lastError !== null;
}

/** Returns the first deliveries as long as they fold into one. */
function prefixThatFolds(deliveries: readonly Delivery[], fold: EventBatchDeclaration['fold']): readonly Delivery[] {
  const isOne = (length: number): boolean => fold(deliveries.slice(0, length).map(({ data }) => data)).length === 1;
  let [low, high] = [1, deliveries.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isOne(middle)) low = middle;
    else high = middle - 1;
  }
  return deliveries.slice(0, low);
}
