import { LRUCache } from 'lru-cache';
import type { TenantContext } from '#kernel';
import type { Metrics } from '#observability';
import type { SharedCache } from './shared-cache.service.js';

export interface TieredCacheOptions {
  /** Name of the cache in metrics and in Redis. */
  name: string;
  maxBytes: number;
  ttlMs: number;
  /** The second tier. Without it the cache is local to this server. */
  shared?: SharedCache | undefined;
  /** Returns the name of a key in Redis; default: the key itself. Patterns are matched against both. */
  sharedKey?: (key: string) => string;
}

interface Entry {
  value: object;
  /** Length of the value as JSON, in characters. */
  length: number;
}

/** Estimated overhead of one entry. */
const ENTRY_BYTES = 300;

/**
 * Caches results by tenant and key in two tiers: the memory of this process, then Redis.
 *
 * - the first tier is bounded in bytes and evicts the least recently used entry first
 * - values are JSON objects; callers must not change them
 * - concurrent calls for the same key share one computation
 * - a value that is invalidated while it is computed is not kept
 */
export class TieredCache {
  private readonly local: LRUCache<string, Entry>;
  private readonly inFlight = new Map<string, Promise<object>>();
  private generation = 0;

  constructor(
    private readonly options: TieredCacheOptions,
    private readonly metrics: Metrics,
  ) {
    this.local = new LRUCache({
      maxSize: options.maxBytes,
      ttl: options.ttlMs,
      sizeCalculation: ({ length }, key) => (key.length + length) * 2 + ENTRY_BYTES,
    });
    metrics.watchCache(options.name, () => ({ bytes: this.local.calculatedSize, entries: this.local.size }));
    options.shared?.onMissed(() => {
      this.generation += 1;
      this.local.clear();
    });
    options.shared?.onInvalidated(({ cache, pattern, tenantId }) => {
      if (cache === options.name) this.forget({ tenantId }, pattern);
    });
  }

  /** Returns the cached values in the order of `keys`. */
  async getMany<T extends object>(tenant: TenantContext, keys: readonly string[]): Promise<(T | undefined)[]> {
    const found = keys.map((key) => this.local.get(nameOf(tenant, key))?.value as T | undefined);
    const missing = keys.flatMap((key, i) => (found[i] ? [] : [{ key, i }]));
    const { name, shared, sharedKey = identity } = this.options;
    this.metrics.countCacheLookups(name, 'memory', keys.length - missing.length, missing.length);
    if (!shared?.isOn || missing.length === 0) return found;
    const generation = this.generation;
    const texts = await shared.get(
      name,
      tenant.tenantId,
      missing.map(({ key }) => sharedKey(key)),
    );
    let hits = 0;
    for (const [at, { i, key }] of missing.entries()) {
      const text = texts[at];
      if (text === undefined) continue;
      hits += 1;
      found[i] = JSON.parse(text) as T;
      if (generation === this.generation) this.local.set(nameOf(tenant, key), { value: found[i], length: text.length });
    }
    this.metrics.countCacheLookups(name, 'redis', hits, missing.length - hits);
    return found;
  }

  /** Stores values without waiting for the second tier. */
  setMany(tenant: TenantContext, entries: readonly [key: string, value: object][]): void {
    if (entries.length === 0) return;
    const texts = entries.map(([key, value]): [string, string] => [key, JSON.stringify(value)]);
    for (const [i, [key, text]] of texts.entries())
      this.local.set(nameOf(tenant, key), { value: (entries[i] as [string, object])[1], length: text.length });
    const { name, shared, sharedKey = identity, ttlMs } = this.options;
    void shared?.set(
      name,
      tenant.tenantId,
      texts.map(([key, text]) => [sharedKey(key), text]),
      ttlMs,
    );
  }

  /** Returns the cached value of `key`, or computes it with `make` and caches it. */
  async wrap<T extends object>(tenant: TenantContext, key: string, make: () => Promise<T>): Promise<T> {
    const name = nameOf(tenant, key);
    const running = this.inFlight.get(name);
    if (running) return running as Promise<T>;
    const flight = this.findOrMake(tenant, key, make).finally(() => this.inFlight.delete(name));
    this.inFlight.set(name, flight);
    return flight;
  }

  /** Removes matching entries on this server and on every server that Redis reaches. `*` matches any text. */
  async invalidate(tenant: TenantContext, pattern: string): Promise<void> {
    this.forget(tenant, pattern);
    await this.options.shared?.invalidate({ cache: this.options.name, tenantId: tenant.tenantId, pattern });
  }

  private async findOrMake<T extends object>(tenant: TenantContext, key: string, make: () => Promise<T>): Promise<T> {
    const [known] = await this.getMany<T>(tenant, [key]);
    if (known) return known;
    const generation = this.generation;
    const value = await make();
    if (generation === this.generation) this.setMany(tenant, [[key, value]]);
    return value;
  }

  private forget(tenant: TenantContext, pattern: string): void {
    this.generation += 1;
    const [first = '', ...rest] = nameOf(tenant, pattern).split('*');
    const { sharedKey = identity } = this.options;
    const own = nameOf(tenant, '');
    for (const name of [...this.local.keys()]) {
      if (!name.startsWith(own)) continue;
      const other = nameOf(tenant, sharedKey(name.slice(own.length)));
      if (matches(name, first, rest) || matches(other, first, rest)) this.local.delete(name);
    }
  }
}

function nameOf({ tenantId }: TenantContext, key: string): string {
  return `${tenantId}\n${key}`;
}

function identity(key: string): string {
  return key;
}

/** Returns whether `text` starts with `first` and contains each of `rest` in order, the last one at its end. */
function matches(text: string, first: string, rest: readonly string[]): boolean {
  if (!text.startsWith(first)) return false;
  if (rest.length === 0) return text === first;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) as string;
  return text.length - at >= last.length && text.endsWith(last);
}
