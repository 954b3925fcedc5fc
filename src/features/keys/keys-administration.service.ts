import { Inject, Injectable } from '@nestjs/common';
import {
  type Clock,
  CLOCK,
  type CursorCodec,
  type FieldError,
  ForbiddenError,
  NotFoundError,
  type Page,
  type TenantContext,
  ValidationError,
} from '#kernel';
import { type Scope, SCOPES } from '#config';
import type { ClaimOf } from '#ingest';
import { Secrets } from '#secrets';
import {
  ApiKeysService,
  type AuditEntry,
  createKey,
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

  /** @throws ValidationError naming each field, ForbiddenError */
  async create(caller: Principal, settings: KeySettings, claimOf?: ClaimOf<NewKeyRecord>): Promise<NewKeyRecord> {
    const now = this.clock.now();
    if (settings.scopes.includes('platform') && !caller.scopes.has('platform'))
      throw new ForbiddenError('Only a key with scope platform may hand that scope out.');
    const errors = settingErrors(settings, now);
    if (errors.length > 0) throw new ValidationError(errors);
    const key = createKey(settings.publishable ? 'pub' : 'live');
    const by = asActor(caller, now);
    const record = await this.repository.create(caller, settings, key, by, withKey(claimOf, key.key));
    return { ...record, key: key.key };
  }

  /** @throws NotFoundError, ForbiddenError */
  async rotate(caller: Principal, id: string, claimOf?: ClaimOf<NewKeyRecord>): Promise<NewKeyRecord> {
    const before = await this.get(caller, id);
    if (before.scopes.includes('platform') && !caller.scopes.has('platform'))
      throw new ForbiddenError('Only a key with scope platform may hand that scope out.');
    const key = createKey(before.publishable ? 'pub' : 'live');
    const by = asActor(caller, this.clock.now());
    const record = await this.repository.rotate(caller, before, key, by, withKey(claimOf, key.key));
    return { ...record, key: key.key };
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

  /** A tenant and the key with which its administrator begins. @throws SlugTakenError */
  async createTenant(
    caller: Principal,
    tenant: { slug: string; name: string },
    claimOf?: ClaimOf<NewTenantRecord>,
  ): Promise<NewTenantRecord> {
    const key = createKey();
    const claim = claimOf && ((made: TenantRecord) => claimOf({ ...made, adminKey: key.key }));
    const settings: KeySettings = {
      name: 'First administrator',
      scopes: [...TENANT_SCOPES],
      expiresAt: null,
      publishable: false,
      allowedOrigins: [],
      rateLimitPerMinute: null,
    };
    const by = asActor(caller, this.clock.now());
    return { ...(await this.repository.createTenant(caller, tenant, settings, key, by, claim)), adminKey: key.key };
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

function withKey(claimOf: ClaimOf<NewKeyRecord> | undefined, key: string): ClaimOf<KeyRecord> | undefined {
  return claimOf && ((record) => claimOf({ ...record, key }));
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
