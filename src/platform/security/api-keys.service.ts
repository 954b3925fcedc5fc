import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { WhileDatabaseUp } from '#scheduling';
import { LRUCache } from 'lru-cache';
import { AuthenticationError, type Clock, CLOCK, DEFAULT_TENANT_ID, UnavailableError } from '#kernel';
import { FeedbackLoopConfig, type Scope, splitKey } from '#config';
import { SpoolService } from '#ingest';
import { DatabaseSupervisor } from '#persistence';
import { hashKey, publicIdOf } from './api-key-format.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import type { Principal } from './principal.js';
import { SharedKeyCache } from './shared-key-cache.service.js';

/** How long a verified key is cached; a revocation takes effect within this time. */
const FRESH_MS = 60_000;
/** How long a verified key stays valid during an outage of the database. */
const STALE_MS = 24 * 3_600_000;
const MAX_CACHED = 10_000;
const MAX_HASHES = 1000;
const FLUSH_USES_MS = 60_000;

interface Memo {
  tenantId: string;
  keyId: string | null;
  scopes: Scope[];
  checkedAt: number;
  expiresAt: number | null;
  publishable?: boolean;
  allowedOrigins?: string[];
  rateLimitPerMinute?: number | null;
}

interface CachedKey {
  principal: Principal;
  checkedAt: number;
  expiresAt: number | null;
}

/** Prefix of the names of memos that hold a verified key; the hash of the key follows. */
const MEMO_PREFIX = 'key:';

function toMemo({ principal, checkedAt, expiresAt }: CachedKey): string {
  return JSON.stringify({ ...principal, scopes: [...principal.scopes], checkedAt, expiresAt });
}

function fromMemo(text: string): CachedKey {
  const { checkedAt, expiresAt, scopes, ...rest } = JSON.parse(text) as Memo;
  return { principal: { ...rest, scopes: new Set(scopes) }, checkedAt, expiresAt };
}

/** The database is unavailable and the key is not cached: the key can be neither accepted nor refused. */
export class KeysUnavailableError extends UnavailableError {
  constructor(cause: unknown) {
    super({
      code: 'keys_unavailable',
      detail: 'The key cannot be checked while the database is unavailable.',
      remedy: 'Keys in FL_API_KEYS work without the database.',
      cause,
    });
  }
}

/**
 * Verifies API keys.
 *
 * - keys from FL_API_KEYS never need the database
 * - other keys are found by their public part, compared in constant time, and cached by hash
 * - in an outage a cached key keeps working, even after a restart and, with Redis, on a server that has just started; a
 *   key that is not cached gets 503, not 401
 */
@Injectable()
export class ApiKeysService {
  private readonly cache = new LRUCache<string, CachedKey>({ max: MAX_CACHED });
  /** SHA-256 by key. Without it, hashing the key would take a few per cent of the time of a prediction. */
  private readonly hashes = new LRUCache<string, string>({ max: MAX_HASHES });
  private readonly fromEnvironment: Map<string, Principal>;
  private readonly uses = new Map<string, number>();
  private readonly pendingLookups = new Map<string, Promise<CachedKey>>();

  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly supervisor: DatabaseSupervisor,
    private readonly spool: SpoolService,
    private readonly shared: SharedKeyCache,
    @Inject(CLOCK) private readonly clock: Clock,
    config: FeedbackLoopConfig,
  ) {
    this.fromEnvironment = new Map(
      config.security.apiKeys.map((entry) => {
        const [key, scopes] = splitKey(entry);
        const hash = hashKey(key);
        // Each key has its own id, because rate limits and the audit log distinguish keys by it.
        const keyId = `environment:${hash.slice(0, 12)}`;
        return [hash, { tenantId: DEFAULT_TENANT_ID, keyId, scopes: new Set(scopes.split('+') as Scope[]) }];
      }),
    );
  }

  /**
   * Returns the caller that a key belongs to.
   * @throws AuthenticationError (401), KeysUnavailableError, SchemaOutdatedError or KeysMismatchError (503)
   */
  async verify(key: string): Promise<Principal> {
    const hash = this.hashOf(key);
    const fixed = this.fromEnvironment.get(hash);
    if (fixed) return fixed;
    const publicId = publicIdOf(key);
    if (publicId === undefined) throw new AuthenticationError();
    const now = this.clock.now();
    const cached = this.cache.get(hash);
    if (cached && now - cached.checkedAt < FRESH_MS) return this.use(cached, now);
    try {
      return this.use(await this.lookupOnce(publicId, hash, now), now);
    } catch (error) {
      if (error instanceof AuthenticationError) {
        if (cached) await this.forget(hash);
        throw error;
      }
      this.supervisor.reportFailure(error);
      const known = cached ?? (await this.findShared(hash));
      if (known && now - known.checkedAt < STALE_MS) return this.use(known, now);
      throw this.supervisor.refusal ?? new KeysUnavailableError(error);
    }
  }

  /** Returns a key that another replica verified recently. */
  private async findShared(hash: string): Promise<CachedKey | undefined> {
    const text = await this.shared.find(hash);
    if (text === undefined) return undefined;
    const known = fromMemo(text);
    this.cache.set(hash, known);
    return known;
  }

  private hashOf(key: string): string {
    const known = this.hashes.get(key);
    if (known !== undefined) return known;
    const hash = hashKey(key);
    this.hashes.set(key, hash);
    return hash;
  }

  @WhileDatabaseUp({ name: 'keys.flush_uses', every: FLUSH_USES_MS })
  async flushUses(): Promise<void> {
    if (this.uses.size === 0) return;
    const uses = new Map(this.uses);
    this.uses.clear();
    try {
      await this.repository.markUsed(uses);
    } catch (error) {
      // The time of the last use is only a hint, so one lost minute is not worth a retry.
      this.supervisor.reportFailure(error);
    }
  }

  /** Restores the keys that were cached before the last stop. Called once, after the spool was opened. */
  async restore(): Promise<void> {
    for (const { name, text } of await this.spool.memos(STALE_MS)) {
      if (name.startsWith(MEMO_PREFIX)) this.cache.set(name.slice(MEMO_PREFIX.length), fromMemo(text));
    }
  }

  /** Removes a revoked key from the cache, so that this server refuses it immediately. */
  async forgetKey(id: string): Promise<void> {
    for (const [hash, { principal }] of [...this.cache.entries()]) if (principal.keyId === id) await this.forget(hash);
  }

  private async forget(hash: string): Promise<void> {
    this.cache.delete(hash);
    await this.spool.forgetMemo(MEMO_PREFIX + hash);
    await this.shared.forget(hash);
  }

  private use(cached: CachedKey, now: number): Principal {
    if (cached.expiresAt !== null && cached.expiresAt <= now) throw new AuthenticationError();
    if (cached.principal.keyId !== null) this.uses.set(cached.principal.keyId, now);
    return cached.principal;
  }

  /** Shares one lookup between concurrent requests with the same key, so that an expired entry causes one query. */
  private lookupOnce(publicId: string, hash: string, now: number): Promise<CachedKey> {
    let pending = this.pendingLookups.get(hash);
    if (!pending) {
      pending = this.lookup(publicId, hash, now).finally(() => this.pendingLookups.delete(hash));
      this.pendingLookups.set(hash, pending);
    }
    return pending;
  }

  private async lookup(publicId: string, hash: string, now: number): Promise<CachedKey> {
    const stored = await this.repository.findByPublicId(publicId);
    const same =
      stored !== undefined && timingSafeEqual(Buffer.from(stored.secretSha256, 'hex'), Buffer.from(hash, 'hex'));
    if (!same || (stored.revokedAt !== null && stored.revokedAt <= now)) throw new AuthenticationError();
    const principal = {
      tenantId: stored.tenantId,
      keyId: stored.id,
      scopes: new Set(stored.scopes),
      rateLimitPerMinute: stored.rateLimitPerMinute,
      ...(stored.publishable ? { publishable: true, allowedOrigins: stored.allowedOrigins } : {}),
    };
    const cached = { principal, checkedAt: now, expiresAt: stored.expiresAt };
    this.cache.set(hash, cached);
    // Not awaited: the key is valid even if these copies for a later outage cannot be saved.
    void this.spool.saveMemo(MEMO_PREFIX + hash, toMemo(cached));
    void this.shared.save(hash, toMemo(cached), STALE_MS);
    return cached;
  }
}
