import { defineTable, WebhookEntity } from '#persistence';

export const WEBHOOKS = defineTable({ entity: WebhookEntity, sealed: { columns: { secret: 'text' } } });
