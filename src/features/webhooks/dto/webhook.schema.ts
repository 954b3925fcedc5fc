import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import { SchemaValidator } from '#http';
import { type Delivery, type SigningWebhook, type Webhook, WEBHOOK_EVENTS, type WebhookEvent } from '../webhook.js';

const event = () => Type.Unsafe<WebhookEvent>({ type: 'string', enum: [...WEBHOOK_EVENTS] });
const time = () => Type.String({ format: 'date-time' });
const optionalTime = () => Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' });

export const CreateWebhookSchema = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 2000,
      description: 'An https URL with a public address. FL_WEBHOOK_ALLOW permits others.',
    }),
    events: Type.Array(event(), { minItems: 1, maxItems: 20 }),
    secret: Type.Optional(
      Type.String({ minLength: 16, maxLength: 200, description: 'Signs the deliveries. Default: a random secret.' }),
    ),
  },
  {
    $id: 'NewWebhook',
    additionalProperties: false,
    example: { url: 'https://example.com/hook', events: ['feedback.created'] },
  },
);
export const createWebhookValidator = new SchemaValidator(CreateWebhookSchema);

export const WebhookSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    url: Type.String(),
    events: Type.Array(Type.String()),
    created_at: time(),
  },
  { $id: 'Webhook' },
);
export type WebhookResource = Static<typeof WebhookSchema>;

export const NewWebhookSchema = Type.Intersect(
  [
    WebhookSchema,
    Type.Object({ secret: Type.String({ description: 'Signs the deliveries. Only this response contains it.' }) }),
  ],
  { $id: 'WebhookWithSecret' },
);

export const WebhookListSchema = Type.Object({ data: Type.Array(WebhookSchema) }, { $id: 'WebhookList' });

export const TestResultSchema = Type.Object(
  {
    delivered: Type.Boolean(),
    status: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'The status that the receiver returned.',
    }),
    error: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  },
  { $id: 'WebhookTestResult' },
);

export const DeliverySchema = Type.Object(
  {
    id: Type.String({
      format: 'uuid',
      description: 'The `id` in the body. It stays the same when the delivery is repeated.',
    }),
    event: Type.String(),
    data: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
    created_at: time(),
    attempts: Type.Integer(),
    next_attempt_at: optionalTime(),
    delivered_at: optionalTime(),
    last_status: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
    last_error: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  },
  { $id: 'WebhookDelivery' },
);
export type DeliveryResource = Static<typeof DeliverySchema>;

export function toWebhookResource({ createdAt, events, id, url }: Webhook): WebhookResource {
  return { id, url, events: [...events], created_at: formatTime(createdAt) };
}

export function toNewWebhookResource(webhook: SigningWebhook): WebhookResource & { secret: string } {
  return { ...toWebhookResource(webhook), secret: webhook.secret };
}

export function toDeliveryResource(delivery: Delivery): DeliveryResource {
  const at = (value: number | null): string | null => (value === null ? null : formatTime(value));
  return {
    id: delivery.id,
    event: delivery.event,
    data: delivery.data,
    created_at: formatTime(delivery.createdAt),
    attempts: delivery.attempts,
    next_attempt_at: at(delivery.nextAttemptAt),
    delivered_at: at(delivery.deliveredAt),
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
  };
}
