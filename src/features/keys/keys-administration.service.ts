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

/** A key with its secret, which is shown this once. */
export interface NewKeyRecord extends KeyRecord {
  key: string;
}

export interface NewTenantRecord extends TenantRecord {
  adminKey: string;
}

/** What a publishable key may do at the most: it stands in pages that anybody reads. */
const PUBLISHABLE_SCOPES: readonly Scope[] = ['ingest'];
/** The key of a new tenant has every scope but that over the installation. */
const TENANT_SCOPES = SCOPES.filter((scope) => scope !== 'platform');

/**
 * Keys and tenants for those who administer them.
 *
 * - a secret is shown once and stored as a hash
 * - rotating makes a second key; both are good until the first is revoked
 * - nobody hands out `platform` without having it
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

  /** Plans a new key. @throws ValidationError naming each field, ForbiddenError */
  planKey(caller: Principal, settings: KeySettings): ChangePlan<NewKeyRecord> {
    const by = asActor(caller, this.clock.now());
    if (settings.scopes.includes('platform') && !caller.scopes.has('platform'))
      throw new ForbiddenError('Only a key with scope platform may hand that scope out.');
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

  /** Plans a second key with the settings of `id`; both are valid until the first is revoked. @throws NotFoundError, ForbiddenError */
  async planRotation(caller: Principal, id: string): Promise<ChangePlan<NewKeyRecord>> {
    const before = await this.get(caller, id);
    if (before.scopes.includes('platform') && !caller.scopes.has('platform'))
      throw new ForbiddenError('Only a key with scope platform may hand that scope out.');
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

  /** At once on this server, within a minute on others. @throws NotFoundError */
  async revoke(caller: Principal, id: string): Promise<KeyRecord> {
    await this.repository.revoke(caller, id, asActor(caller, this.clock.now()));
    await this.keys.forgetKey(id);
    return this.get(caller, id);
  }

  /** @throws NotFoundError, also for another tenant's key */
  async get(tenant: TenantContext, id: string): Promise<KeyRecord> {
    const record = await this.repository.find(tenant, id);
    if (!record) throw new NotFoundError('The key');
    return record;
  }

  /** @throws ValidationError naming `cursor` */
  async list(tenant: TenantContext, limit: number, cursor?: string): Promise<Page<KeyRecord>> {
    const position = this.cursors.keys.positionOf(cursor);
    const rows = await this.repository.list(tenant, limit + 1, position);
    return this.cursors.keys.page(rows, limit, (row) => row.createdAt);
  }

  /** @throws ValidationError naming `cursor` */
  async listAudit(tenant: TenantContext, limit: number, cursor?: string): Promise<Page<AuditEntry>> {
    const position = this.cursors.audit.positionOf(cursor);
    const rows = await this.repository.listAudit(tenant, limit + 1, position);
    return this.cursors.audit.page(rows, limit, (row) => row.at);
  }

  /** Plans a tenant and the key of its administrator. Applying it throws SlugTakenError (409). */
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

  /** @throws NotFoundError */
  async tenantBySlug(slug: string): Promise<TenantRecord> {
    const tenant = await this.tenants.findBySlug(slug);
    if (!tenant) throw new NotFoundError(`The tenant ${slug}`);
    return tenant;
  }

  /** @throws ValidationError naming `cursor` */
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
    errors.push({ path: 'allowed_origins', message: 'must name an origin: a publishable key is for pages' });
  if (!publishable && allowedOrigins.length > 0)
    errors.push({ path: 'allowed_origins', message: 'is for publishable keys' });
  return errors;
}
