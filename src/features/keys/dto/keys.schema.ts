import { type Static, Type } from '@sinclair/typebox';
import { type FieldError, formatTime, normalizeOrigin, parseTime } from '#kernel';
import { type Scope, SCOPES } from '#config';
import { SchemaValidator } from '#http';
import type { KeyRecord, KeySettings } from '../records.js';
import type { AuditEntry, TenantRecord } from '#security';
import type { NewKeyRecord, NewTenantRecord } from '../keys-administration.service.js';

const time = Type.String({ format: 'date-time' });
const optionalTime = Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' });

export const CreateKeySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', example: 'Web shop' }),
    scopes: Type.Optional(
      Type.Array(Type.Unsafe<Scope>({ type: 'string', enum: [...SCOPES] }), {
        minItems: 1,
        maxItems: SCOPES.length,
        uniqueItems: true,
        example: ['predict', 'read'],
        description: 'Required, except for a publishable key: its only possible scope is `ingest`.',
      }),
    ),
    expires_at: Type.Optional(
      Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', maxLength: 40 }),
    ),
    publishable: Type.Optional(
      Type.Boolean({
        description: 'For public pages. The key may only send feedback and votes, and only from `allowed_origins`.',
      }),
    ),
    allowed_origins: Type.Optional(
      Type.Array(Type.String({ maxLength: 300, example: 'https://shop.example.com' }), {
        maxItems: 50,
        description: 'Stored as browsers send them: lower case, without a default port and a final slash.',
      }),
    ),
    rate_limit_per_minute: Type.Optional(
      Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: 1_000_000_000 }),
    ),
  },
  {
    $id: 'NewApiKey',
    additionalProperties: false,
    example: { name: 'Web shop', scopes: ['predict', 'read'] },
  },
);
export type CreateKey = Static<typeof CreateKeySchema>;

export const createKeyValidator = new SchemaValidator(
  CreateKeySchema,
  ({ allowed_origins, expires_at, publishable, scopes }) => {
    const errors: FieldError[] = [];
    if (scopes === undefined && publishable !== true) errors.push({ path: 'scopes', message: 'is required' });
    if (typeof expires_at === 'string' && parseTime(expires_at) === undefined)
      errors.push({ path: 'expires_at', message: 'must be an ISO 8601 time such as 2027-01-31T00:00:00.000Z' });
    if (Array.isArray(allowed_origins))
      allowed_origins.forEach((origin, i) => {
        if (typeof origin === 'string' && normalizeOrigin(origin) === undefined)
          errors.push({
            path: `allowed_origins.${i}`,
            message: 'must be an origin such as https://shop.example.com, without a path',
          });
      });
    return errors;
  },
);

export function toSettings(body: CreateKey): KeySettings {
  return {
    name: body.name.trim(),
    scopes: body.scopes ?? ['ingest'],
    expiresAt: body.expires_at == null ? null : (parseTime(body.expires_at) ?? null),
    publishable: body.publishable ?? false,
    allowedOrigins: [...new Set((body.allowed_origins ?? []).map((origin) => normalizeOrigin(origin) ?? origin))],
    rateLimitPerMinute: body.rate_limit_per_minute ?? null,
  };
}

export const KeySchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    public_id: Type.String({ description: 'The public part of the key, after `fl_…_`.' }),
    name: Type.String(),
    scopes: Type.Array(Type.String()),
    publishable: Type.Boolean(),
    allowed_origins: Type.Array(Type.String()),
    rate_limit_per_minute: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
    created_at: time,
    created_by: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
    expires_at: optionalTime,
    revoked_at: optionalTime,
    last_used_at: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      format: 'date-time',
      description: 'Precise to the minute.',
    }),
  },
  { $id: 'ApiKey' },
);
export type KeyResource = Static<typeof KeySchema>;
export const NewKeySchema = Type.Composite(
  [KeySchema, Type.Object({ key: Type.String({ description: 'The secret. Only this response contains it.' }) })],
  { $id: 'ApiKeyWithSecret' },
);

export function toKeyResource(record: KeyRecord): KeyResource {
  const optional = (value: number | null): string | null => (value === null ? null : formatTime(value));
  return {
    id: record.id,
    public_id: record.publicId,
    name: record.name,
    scopes: record.scopes,
    publishable: record.publishable,
    allowed_origins: record.allowedOrigins,
    rate_limit_per_minute: record.rateLimitPerMinute,
    created_at: formatTime(record.createdAt),
    created_by: record.createdBy,
    expires_at: optional(record.expiresAt),
    revoked_at: optional(record.revokedAt),
    last_used_at: optional(record.lastUsedAt),
  };
}

export function toNewKeyResource(record: NewKeyRecord): Static<typeof NewKeySchema> {
  return { ...toKeyResource(record), key: record.key };
}

export const CreateTenantSchema = Type.Object(
  {
    slug: Type.String({ minLength: 1, maxLength: 64, description: 'Letters, digits and hyphens.', example: 'team-b' }),
    name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', example: 'Team B' }),
  },
  { $id: 'NewTenant', additionalProperties: false, example: { slug: 'team-b', name: 'Team B' } },
);
export const createTenantValidator = new SchemaValidator(CreateTenantSchema, ({ slug }) =>
  typeof slug === 'string' && slug !== '' && !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(slug)
    ? [{ path: 'slug', message: 'must be lower-case letters, digits and hyphens' }]
    : [],
);

export const TenantSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    slug: Type.String(),
    name: Type.String(),
    created_at: time,
  },
  { $id: 'Tenant' },
);
export const NewTenantSchema = Type.Composite(
  [
    TenantSchema,
    Type.Object({
      admin_key: Type.String({
        description: 'A key with every scope except `platform`. Only this response contains it.',
      }),
    }),
  ],
  { $id: 'TenantWithKey' },
);

export function toTenantResource({ createdAt, id, name, slug }: TenantRecord): Static<typeof TenantSchema> {
  return { id, slug, name, created_at: formatTime(createdAt) };
}

export function toNewTenantResource({ adminKey, ...tenant }: NewTenantRecord): Static<typeof NewTenantSchema> {
  return { ...toTenantResource(tenant), admin_key: adminKey };
}

export const AuditEntrySchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    at: time,
    actor: Type.String({ description: 'Id of the API key, `user:` and the id of the user, or `cli`.' }),
    action: Type.String({ example: 'key.create' }),
    target: Type.String(),
    details: Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'], additionalProperties: true }),
  },
  { $id: 'AuditEntry' },
);

export function toAuditResource(entry: AuditEntry): Static<typeof AuditEntrySchema> {
  return { ...entry, at: formatTime(entry.at) };
}
