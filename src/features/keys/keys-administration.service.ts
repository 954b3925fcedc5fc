import { Inject, Injectable } from '@nestjs/common';
import {
  type Actor,
  type Clock,
  CLOCK,
  type CursorCodec,
  type FieldError,
  ForbiddenError,
  NotFoundError,
  type Page,
  type TenantContext,
  uuidv7,
  ValidationError,
} from '#kernel';
import { type Scope, SCOPES } from '#config';
import type { ChangePlan } from '#ingest';
import { DataRefusedError } from '#persistence';
import { SlugTakenError } from './errors.js';
import { Secrets } from '#secrets';
import {
  ApiKeysService,
  type AuditEntry,
  createKey,
  type NewKey,
  type Principal,
  type TenantRecord,
  TenantsRepository,
  asActor,
} from '#security';
import { KeysRepository } from './keys.repository.js';
import type { KeyRecord, KeySettings } from './records.js';

/** A new key with its secret, which is shown only once. */
export interface NewKeyRecord extends KeyRecord {
  key: string;
}

export interface NewTenantRecord extends TenantRecord {
  adminKey: string;
}

/** Scopes that a publishable key may have. They are limited because anyone can read the key in a page. */
const PUBLISHABLE_SCOPES: readonly Scope[] = ['ingest'];
/** Scopes of the key of a new tenant: all except the one for the whole installation. */
const TENANT_SCOPES = SCOPES.filter((scope) => scope !== 'platform');

/**
 * Manages keys and tenants.
 *
 * - A secret is shown once and stored as a hash.
 * - Rotation creates a second key. Both are valid until the first is revoked.
 * - Only a caller with the scope `platform` can create a key with that scope.
 */
@Injectable()
export class KeysAdministrationService {
  private readonly cursors: Record<'keys' | 'audit' | 'tenants', CursorCodec>;

  constructor(
    private readonly repository: KeysRepository,
    private readonly tenants: TenantsRepository,
    private readonly keys: ApiKeysService,
    @Inject(CLOCK) private readonly clock: Clock,
    secrets: Secrets,
  ) {
    this.cursors = {
      keys: secrets.cursorCodec('keys'),
      audit: secrets.cursorCodec('audit'),
      tenants: secrets.cursorCodec('tenants'),
    };
  }

  /**
   * Plans a new key.
   *
   * @throws ValidationError (422) naming each field, ForbiddenError (403) for the scope `platform` if the caller lacks
   *   it
   */
  planKey(caller: Principal, settings: KeySettings): ChangePlan<NewKeyRecord> {
    const by = asActor(caller, this.clock.now());
    if (settings.scopes.includes('platform') && !caller.scopes.has('platform'))
      throw new ForbiddenError('Only a key with scope platform can grant that scope.');
    const errors = settingErrors(settings, by.at);
    if (errors.length > 0) throw new ValidationError(errors);
    const key = createKey(settings.publishable ? 'pub' : 'live');
    const record = newRecord(settings, key, by);
    return {
      made: { ...record, key: key.key },
      recordId: record.id,
      change: this.repository.creation(caller, record, key, by),
    };
  }

  /**
   * Plans a second key with the settings of `id`. Both are valid until the first is revoked.
   *
   * @throws NotFoundError (404), ForbiddenError (403) for the scope `platform` if the caller lacks it
   */
  async planRotation(caller: Principal, id: string): Promise<ChangePlan<NewKeyRecord>> {
    const before = await this.get(caller, id);
    if (before.scopes.includes('platform') && !caller.scopes.has('platform'))
      throw new ForbiddenError('Only a key with scope platform can grant that scope.');
    const { allowedOrigins, expiresAt, name, publishable, rateLimitPerMinute, scopes } = before;
    const settings = { name, scopes, expiresAt, publishable, allowedOrigins, rateLimitPerMinute };
    const by = asActor(caller, this.clock.now());
    const key = createKey(publishable ? 'pub' : 'live');
    const record = newRecord(settings, key, by);
    return {
      made: { ...record, key: key.key },
      recordId: record.id,
      change: this.repository.rotation(caller, before, record, key, by),
    };
  }

  /**
   * Revokes a key. Takes effect immediately on this server and within a minute on other servers.
   *
   * @throws NotFoundError (404)
   */
  async revoke(caller: Principal, id: string): Promise<KeyRecord> {
    await this.repository.revoke(caller, id, asActor(caller, this.clock.now()));
    await this.keys.forgetKey(id);
    return this.get(caller, id);
  }

  /** @throws NotFoundError (404), also for the key of another tenant */
  async get(tenant: TenantContext, id: string): Promise<KeyRecord> {
    const record = await this.repository.find(tenant, id);
    if (!record) throw new NotFoundError('The key');
    return record;
  }

  /**
   * Returns a page of keys, newest first.
   *
   * @throws ValidationError (422) naming `cursor`
   */
  async list(tenant: TenantContext, limit: number, cursor?: string): Promise<Page<KeyRecord>> {
    const position = this.cursors.keys.positionOf(cursor);
    const rows = await this.repository.list(tenant, limit + 1, position);
    return this.cursors.keys.page(rows, limit, (row) => row.createdAt);
  }

  /**
   * Returns a page of the audit log, newest first.
   *
   * @throws ValidationError (422) naming `cursor`
   */
  async listAudit(tenant: TenantContext, limit: number, cursor?: string): Promise<Page<AuditEntry>> {
    const position = this.cursors.audit.positionOf(cursor);
    const rows = await this.repository.listAudit(tenant, limit + 1, position);
    return this.cursors.audit.page(rows, limit, (row) => row.at);
  }

  /** Plans a tenant and the key of its administrator. Applying the plan throws SlugTakenError (409). */
  planTenant(caller: Principal, { name, slug }: { slug: string; name: string }): ChangePlan<NewTenantRecord> {
    const by = asActor(caller, this.clock.now());
    const key = createKey();
    const made = { id: uuidv7(by.at), slug, name, createdAt: by.at };
    const settings: KeySettings = {
      name: 'First administrator',
      scopes: [...TENANT_SCOPES],
      expiresAt: null,
      publishable: false,
      allowedOrigins: [],
      rateLimitPerMinute: null,
    };
    return {
      made: { ...made, adminKey: key.key },
      recordId: made.id,
      change: this.repository.tenantCreation(caller, made, newRecord(settings, key, by), key, by),
      explain: (error) => (error instanceof DataRefusedError ? new SlugTakenError() : undefined),
    };
  }

  /** @throws NotFoundError (404) */
  async tenantBySlug(slug: string): Promise<TenantRecord> {
    const tenant = await this.tenants.findBySlug(slug);
    if (!tenant) throw new NotFoundError(`The tenant ${slug}`);
    return tenant;
  }

  /**
   * Returns a page of all tenants, oldest first.
   *
   * @throws ValidationError (422) naming `cursor`
   */
  async listTenants(limit: number, cursor?: string): Promise<Page<TenantRecord>> {
    const position = this.cursors.tenants.positionOf(cursor);
    const rows = await this.tenants.listAll(limit + 1, position?.id);
    return this.cursors.tenants.page(rows, limit, (row) => row.createdAt);
  }
}

function newRecord(settings: KeySettings, { publicId }: NewKey, { at, name }: Actor): KeyRecord {
  const dates = { createdAt: at, revokedAt: null, lastUsedAt: null };
  return { id: uuidv7(at), publicId, ...settings, ...dates, createdBy: name };
}

function settingErrors({ allowedOrigins, expiresAt, publishable, scopes }: KeySettings, now: number): FieldError[] {
  const errors: FieldError[] = [];
  if (expiresAt !== null && expiresAt <= now) errors.push({ path: 'expires_at', message: 'must be in the future' });
  if (publishable && scopes.some((scope) => !PUBLISHABLE_SCOPES.includes(scope)))
    errors.push({ path: 'scopes', message: `must be ${PUBLISHABLE_SCOPES.join(', ')} for a publishable key` });
  if (publishable && allowedOrigins.length === 0)
    errors.push({
      path: 'allowed_origins',
      message: 'must contain an origin, because a publishable key is used in pages',
    });
  if (!publishable && allowedOrigins.length > 0)
    errors.push({ path: 'allowed_origins', message: 'is only for publishable keys' });
  return errors;
}
