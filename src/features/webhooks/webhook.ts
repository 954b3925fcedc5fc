/** Events that a webhook can subscribe to. */
export const WEBHOOK_EVENTS = [
  'feedback.created',
  'vote.created',
  'label.created',
  'label.batch',
  'retention.completed',
  'subject.erased',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
/** Event that only the test route sends. */
export const TEST_EVENT = 'webhook.test';

/** A webhook without its secret. `createdAt` is in milliseconds since 1970. */
export interface Webhook {
  id: string;
  tenantId: string;
  url: string;
  events: string[];
  createdAt: number;
}

/** A webhook with the secret that signs its deliveries. */
export interface SigningWebhook extends Webhook {
  secret: string;
}

/** One notification for a webhook. Times are in milliseconds since 1970. */
export interface Delivery {
  id: string;
  tenantId: string;
  webhookId: string;
  event: string;
  data: Record<string, unknown>;
  createdAt: number;
  attempts: number;
  nextAttemptAt: number | null;
  deliveredAt: number | null;
  lastStatus: number | null;
  lastError: string | null;
}

/** Pauses after failed attempts, in milliseconds. A delivery that fails after the last pause is not repeated. */
export const RETRY_MS = [5000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000] as const;
