import { type Static, Type } from '@sinclair/typebox';
import { type FieldError, formatTime, parseTime, ValidationError } from '#kernel';
import { optionalString, SchemaValidator } from '#http';
import type { EventFigures, MetricEvent, TypeUse } from '../metric-event.js';
import type { EventInput } from '../metric-events.service.js';

const MAX_EVENTS = 1000;
const MAX_DATA_BYTES = 65_536;
const userId = () => optionalString(128, 'The user of the event. Erasure and export of a data subject use it.');
const orgId = () => optionalString(128, 'The organisation of the user.');
const timestamp = () =>
  Type.Optional(
    Type.Unsafe<string | null>({
      type: ['string', 'null'],
      format: 'date-time',
      maxLength: 40,
      description:
        'Time of the event: within the retention period and at most 5 minutes in the future. Default: now. A change of an event does not change its time.',
    }),
  );

export const EventRequestSchema = Type.Object(
  {
    type: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', example: 'search' }),
    data: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      additionalProperties: true,
      description: 'Any JSON object up to 64 KiB.',
    }),
    user_id: userId(),
    org_id: orgId(),
    timestamp: timestamp(),
    external_id: optionalString(255, 'Your own id. Sending it again changes the event.'),
  },
  {
    $id: 'NewMetricEvent',
    additionalProperties: false,
    example: { type: 'search', data: { query: 'shoes', hits: 12 }, user_id: 'u-1' },
  },
);
type EventRequest = Static<typeof EventRequestSchema>;

const eventValidator = new SchemaValidator(EventRequestSchema, ({ data, timestamp: time }) => {
  const errors: FieldError[] = [];
  if (typeof time === 'string' && parseTime(time) === undefined)
    errors.push({ path: 'timestamp', message: 'must be an ISO 8601 time such as 2026-01-31T09:30:00.000Z' });
  if (typeof data === 'object' && data !== null && Buffer.byteLength(JSON.stringify(data)) > MAX_DATA_BYTES)
    errors.push({ path: 'data', message: 'must not be larger than 64 KiB as JSON' });
  return errors;
});

const OwnersSchema = Type.Object({ user_id: userId(), org_id: orgId(), timestamp: timestamp() });
const ownersValidator = new SchemaValidator(OwnersSchema);

/** The three bodies that the API document shows. `toEvents` distinguishes them. */
export const EventsRequestSchema = Type.Union(
  [
    EventRequestSchema,
    Type.Array(EventRequestSchema, { minItems: 1, maxItems: MAX_EVENTS }),
    Type.Unsafe<Record<string, unknown>>({
      $id: 'LegacyMetricEvents',
      type: 'object',
      description:
        'The body of a legacy system: a list of `data` for each type. It may also contain `user_id`, `org_id` and `timestamp`, which apply to all events.',
      additionalProperties: true,
      example: { user_id: 'u-1', search: [{ query: 'shoes' }], purchase: [{ amount: 12.5 }] },
    }),
  ],
  { $id: 'NewMetricEvents' },
);

/**
 * Default owners of the events in a legacy body: the key replaces the user, and the tenant replaces the organisation.
 */
export interface Sender {
  keyId: string | null;
  tenantId: string;
}

/**
 * Reads one event, a list of events or a legacy body.
 * @throws ValidationError, whose paths start at the root of the body
 */
export function toEvents(body: unknown, sender: Sender): EventInput[] {
  if (Array.isArray(body)) return checkedCount(body).map((each, i) => toEvent(each, String(i)));
  if (!isObject(body))
    throw new ValidationError([{ path: '', message: 'must be an event, a list of events, or lists of data by type' }]);
  const isOne = typeof body.type === 'string' || 'data' in body || Object.keys(body).length === 0;
  return isOne ? [toEvent(body, '')] : fromLegacyBody(body, sender);
}

/** Reads one event. `place` is its path in the body, which is empty for a line of NDJSON. @throws ValidationError */
export function toEvent(value: unknown, place: string): EventInput {
  const errors = eventValidator.errors(value);
  if (errors.length > 0)
    throw new ValidationError(errors.map((error) => ({ ...error, path: join(place, error.path) })));
  const { data, external_id, org_id, timestamp: time, type, user_id } = value as EventRequest;
  return { type, data, userId: user_id, orgId: org_id, timestamp: time, externalId: external_id };
}

function fromLegacyBody(body: Record<string, unknown>, { keyId, tenantId }: Sender): EventInput[] {
  const { org_id, timestamp: time, user_id, ...lists } = body;
  const owners = ownersValidator.parse({ user_id, org_id, timestamp: time });
  const errors = Object.entries(lists).flatMap(([type, list]) =>
    Array.isArray(list) ? [] : [{ path: type, message: 'must be a list' }],
  );
  if (errors.length > 0) throw new ValidationError(errors);
  const events = Object.entries(lists).flatMap(([type, list]) =>
    (list as unknown[]).map((item, i) => ({
      place: `${type}.${i}`,
      event: {
        type,
        data: isObject(item) ? item : { value: item },
        user_id: owners.user_id ?? keyId,
        org_id: owners.org_id ?? tenantId,
        timestamp: owners.timestamp ?? null,
      },
    })),
  );
  return checkedCount(events).map(({ event, place }) => {
    const found = eventValidator.errors(event);
    if (found.length > 0)
      throw new ValidationError(found.map((error) => ({ ...error, path: join(place, error.path) })));
    return toEvent(event, place);
  });
}

function checkedCount<T>(events: readonly T[]): readonly T[] {
  if (events.length === 0) throw new ValidationError([{ path: '', message: 'must contain at least one event' }]);
  if (events.length > MAX_EVENTS)
    throw new ValidationError([
      { path: '', message: `must contain at most ${MAX_EVENTS} events; send NDJSON for more` },
    ]);
  return events;
}

function join(place: string, path: string): string {
  return [place, path].filter((part) => part !== '').join('.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const StoredSchema = Type.Object(
  {
    success: Type.Boolean(),
    stored: Type.Integer({ description: 'Number of recorded events.' }),
    persisted: Type.Unsafe<'database' | 'spool'>({
      type: 'string',
      enum: ['database', 'spool'],
      description: 'Where the events are durable.',
    }),
  },
  { $id: 'RecordedMetricEvents' },
);
export type Stored = Static<typeof StoredSchema>;

const nullable = (type: string) => Type.Unsafe<string | null>({ type: [type, 'null'] });

export const EventSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    type: Type.String(),
    timestamp: Type.String({ format: 'date-time' }),
    user_id: nullable('string'),
    org_id: nullable('string'),
    external_id: nullable('string'),
    data: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
    accepted_at: Type.String({
      format: 'date-time',
      description: 'When the server accepted the event or its latest change.',
    }),
    withheld: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Paths in `data` that are omitted, because they require scope `read:text`.',
      }),
    ),
  },
  { $id: 'MetricEvent' },
);
export type EventResource = Static<typeof EventSchema>;

const EventTypeSchema = Type.Object(
  {
    type: Type.String(),
    count: Type.Integer(),
    first_seen: Type.String({ format: 'date-time' }),
    last_seen: Type.String({ format: 'date-time' }),
  },
  { $id: 'MetricEventType' },
);

export const TypesSchema = Type.Object({ data: Type.Array(EventTypeSchema) }, { $id: 'MetricEventTypeList' });

export const FiguresSchema = Type.Object(
  {
    total: Type.Integer(),
    types: Type.Integer({ description: 'Number of types.' }),
    users: Type.Integer({ description: 'Number of users.' }),
    orgs: Type.Integer({ description: 'Number of organisations.' }),
    date_range: Type.Object({ earliest: nullable('string'), latest: nullable('string') }),
  },
  { $id: 'MetricEventStats' },
);

export function toEventResource(event: MetricEvent): EventResource {
  const { acceptedAt, data, externalId, id, orgId, timestamp: time, type, userId: user, withheld } = event;
  return {
    id,
    type,
    timestamp: formatTime(time),
    user_id: user,
    org_id: orgId,
    external_id: externalId,
    data,
    accepted_at: formatTime(acceptedAt),
    ...(withheld.length > 0 ? { withheld: [...withheld] } : {}),
  };
}

export function toTypesResource(types: readonly TypeUse[]): Static<typeof TypesSchema> {
  return {
    data: types.map(({ count, firstSeen, lastSeen, type }) => ({
      type,
      count,
      first_seen: formatTime(firstSeen),
      last_seen: formatTime(lastSeen),
    })),
  };
}

export function toFiguresResource({ earliest, latest, ...rest }: EventFigures): Static<typeof FiguresSchema> {
  const time = (value: number | null): string | null => (value === null ? null : formatTime(value));
  return { ...rest, date_range: { earliest: time(earliest), latest: time(latest) } };
}
