/** What a webhook may be told of. */
export const WEBHOOK_EVENTS = [
  'feedback.created',
  'vote.created',
  'label.created',
  'retention.completed',
  'subject.erased',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
/** Sent by the test button alone. */
export const TEST_EVENT = 'webhook.test';

/** Times in milliseconds since 1970. */
export interface Webhook {
  id: string;
  tenantId: string;
  url: string;
  events: string[];
  createdAt: number;
}

/** With what signs. */
export interface SigningWebhook extends Webhook {
  secret: string;
}

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

/** Pauses after a failed attempt, milliseconds; after the last one it is given up. */
export const RETRY_MS = [5000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000] as const;
