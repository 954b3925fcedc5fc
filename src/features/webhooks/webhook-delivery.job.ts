import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Clock, CLOCK } from '#kernel';
import { Metrics } from '#observability';
import { type EventBatchDeclaration, StoredTables } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';
import { type Attempt, DeliveriesRepository } from './deliveries.repository.js';
import { type Delivery, RETRY_MS, WEBHOOK_EVENTS } from './webhook.js';
import { type SendResult, WebhookSender } from './webhook-sender.service.js';
import { type Lane, WebhooksRepository } from './webhooks.repository.js';

const DELIVER_EVERY_MS = 1000;
/** Time for which no other server takes a claimed delivery. It is longer than all attempts of one claim may take. */
const LEASE_MS = 30_000;
/** Deliveries that one claim takes for each simultaneous request. At 5 seconds for each, they end before the lease. */
const CLAIM_PER_REQUEST = 5;
/** Simultaneous requests of a lane: the number doubles while the receiver accepts all, and starts again if it does not. */
const MIN_PARALLEL = 10;
const MAX_PARALLEL = 40;
/** Maximum number of lanes that this server works on at the same time. */
const MAX_LANES = 32;
/** Maximum number of lanes that one look at the queue finds. */
const MAX_FOUND = 1000;
/** Time after which a lane makes room for lanes that wait. */
const TURN_MS = 1000;
/** Minimum pause between two batches of events to one webhook. */
const BATCH_PAUSE_MS = 1000;
/** Stored deliveries that are folded into one batch at most. */
const MAX_FOLDED = 1000;
const DELAY_SECONDS = [0.1, 0.5, 1, 2, 5, 15, 60, 300, 900, 3600, 21_600, 86_400];

/**
 * Sends deliveries to webhooks.
 *
 * - Any server may send a delivery. It is sent at least once, until the receiver accepts it or seven attempts have
 *   failed.
 * - The deliveries of one event to one webhook form a lane. Lanes do not wait for each other: a slow receiver, or an
 *   import with a million labels, delays only its own lane. If there are more lanes than `MAX_LANES`, tenants with few
 *   active lanes go first, then lanes that have waited longest.
 * - An attempt that was sent but not recorded, because the server was killed, is repeated after its lease.
 * - Batches of events are folded when they are due: at most one a second for each webhook, whichever server sends it.
 */
@Injectable()
export class WebhookDeliveryJob implements OnModuleDestroy {
  private readonly active = new Map<string, { tenantId: string; done: Promise<void> }>();
  private readonly servedAt = new Map<string, number>();
  private hasWaiting = false;
  private stopped = false;
  private failure: Error | undefined;
  private readonly attempts;
  private readonly delay;

  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly sender: WebhookSender,
    private readonly tables: StoredTables,
    metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.attempts = metrics.counter('webhook_attempts_total', 'Attempts to send a delivery to a webhook.', ['result']);
    this.delay = metrics.histogram(
      'webhook_delay_seconds',
      'Seconds from an event until a webhook accepted its delivery.',
      ['event'],
      DELAY_SECONDS,
    );
  }

  /** Waits for the requests that are under way. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.active.values()].map(({ done }) => done));
  }

  /** Starts the lanes that have something to send. @throws Error of a lane that failed since the last run */
  @WhileDatabaseUp({ name: 'webhooks.deliver', every: DELIVER_EVERY_MS })
  async deliver(): Promise<void> {
    const found = await this.webhooks.dueLanes(this.clock.now(), WEBHOOK_EVENTS, MAX_FOUND);
    const waiting = found.filter((lane) => !this.active.has(keyOf(lane)));
    for (let next = this.takeNext(waiting); next; next = this.takeNext(waiting)) this.start(next);
    this.hasWaiting = waiting.length > 0;
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
  }

  /** Removes the lane that goes next from `waiting`. Returns undefined if none may start. */
  private takeNext(waiting: Lane[]): Lane | undefined {
    if (this.stopped || this.active.size >= MAX_LANES) return undefined;
    const ofTenant = new Map<string, number>();
    for (const { tenantId } of this.active.values()) ofTenant.set(tenantId, (ofTenant.get(tenantId) ?? 0) + 1);
    const rank = (lane: Lane): [number, number] => [
      ofTenant.get(lane.webhook.tenantId) ?? 0,
      this.servedAt.get(keyOf(lane)) ?? 0,
    ];
    let best = -1;
    for (const [index, lane] of waiting.entries()) {
      const other = waiting[best];
      if (!other || isLess(rank(lane), rank(other))) best = index;
    }
    return best < 0 ? undefined : waiting.splice(best, 1)[0];
  }

  private start(lane: Lane): void {
    const key = keyOf(lane);
    const batch = this.batches.find(({ type }) => type === lane.event);
    const work = batch ? this.sendBatch(lane, batch) : this.drain(lane);
    const done = work
      .catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.active.delete(key);
        // Keeps the memory bounded. A lane that is forgotten goes first.
        if (this.servedAt.size >= 10 * MAX_FOUND) this.servedAt.clear();
        this.servedAt.set(key, performance.now());
      });
    this.active.set(key, { tenantId: lane.webhook.tenantId, done });
  }

  /** Sends until the lane is empty, or until its turn is over while others wait. */
  private async drain(lane: Lane): Promise<void> {
    const endsAt = performance.now() + TURN_MS;
    let parallel = MIN_PARALLEL;
    for (let isMore = true; isMore && !this.stopped;) {
      const now = this.clock.now();
      const limit = parallel * CLAIM_PER_REQUEST;
      const claimed = await this.deliveries.claim(lane.webhook, lane, now, now + LEASE_MS, limit);
      const areAccepted = await this.sendAll(lane, claimed, parallel);
      parallel = areAccepted ? Math.min(parallel * 2, MAX_PARALLEL) : MIN_PARALLEL;
      isMore = claimed.length === limit && (!this.hasWaiting || performance.now() < endsAt);
    }
  }

  private async sendBatch(lane: Lane, { fold }: EventBatchDeclaration): Promise<void> {
    const now = this.clock.now();
    const limits = { now, until: now + LEASE_MS, pause: BATCH_PAUSE_MS, limit: MAX_FOLDED };
    const claimed = await this.deliveries.claimBatch(lane.webhook, lane, limits, fold);
    if (claimed) await this.sendAll(lane, [claimed], 1);
  }

  /** Returns whether the receiver accepted every delivery. */
  private async sendAll(lane: Lane, claimed: readonly Delivery[], parallel: number): Promise<boolean> {
    if (claimed.length === 0) return true;
    const results: Attempt[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let delivery = claimed[next++]; delivery; delivery = claimed[next++])
        results.push(this.stopped ? this.released(delivery) : this.resultOf(delivery, await this.send(lane, delivery)));
    };
    await Promise.all(Array.from({ length: Math.min(parallel, claimed.length) }, work));
    await this.deliveries.recordAttempts(lane.webhook, results);
    return results.every(({ deliveredAt }) => deliveredAt !== null);
  }

  private send({ secret, webhook }: Lane, delivery: Delivery): Promise<SendResult> {
    if (secret !== undefined) return this.sender.send({ ...webhook, secret }, delivery, this.clock.now());
    return Promise.resolve({ delivered: false, status: null, error: 'the secret cannot be decrypted' });
  }

  private resultOf({ attempts, createdAt, event, id }: Delivery, { delivered, error, status }: SendResult): Attempt {
    const now = this.clock.now();
    this.attempts.inc({ result: delivered ? 'delivered' : 'failed' });
    if (delivered) this.delay.observe({ event }, Math.max(0, now - createdAt) / 1000);
    const pause = RETRY_MS[attempts];
    return {
      id,
      attempts: attempts + 1,
      status,
      error,
      deliveredAt: delivered ? now : null,
      nextAttemptAt: delivered || pause === undefined ? null : now + pause,
    };
  }

  /** Leaves a claimed delivery to another server, or to this one after its restart. */
  private released({ attempts, id, lastError, lastStatus }: Delivery): Attempt {
    const nextAttemptAt = this.clock.now();
    return { id, attempts, status: lastStatus, error: lastError, deliveredAt: null, nextAttemptAt };
  }

  private get batches(): EventBatchDeclaration[] {
    return this.tables.all.flatMap(({ options }) => options.events?.batch ?? []);
  }
}

function keyOf({ event, webhook }: Lane): string {
  return `${webhook.id} ${event}`;
}

function isLess(a: [number, number], b: [number, number]): boolean {
  return a[0] !== b[0] ? a[0] < b[0] : a[1] < b[1];
}
