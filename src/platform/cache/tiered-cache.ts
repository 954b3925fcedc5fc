import { LRUCache } from 'lru-cache';
import type { TenantContext } from '#kernel';
import type { Metrics } from '#observability';
import type { SharedCache } from './shared-cache.service.js';

export interface TieredCacheOptions {
  /** Names it in metrics and in Redis. */
  name: string;
  maxBytes: number;
  ttlMs: number;
  /** The second tier; without it the cache is this server's own. */
  shared?: SharedCache | undefined;
  /** What stands in Redis for a key; default: the key. Patterns are matched against both. */
  sharedKey?: (key: string) => string;
}

interface Entry {
  value: object;
  /** Characters as JSON. */
  length: number;
}

/** Bookkeeping of one entry. */
const ENTRY_BYTES = 300;

/**
 * Results by tenant and key in two tiers: this process, least recently used out first and bounded in bytes; then Redis.
 *
 * - values are JSON objects, and must not be changed by those who get them
 * - several that want the same at the same time wait for one
 * - what is invalidated while it is being made is not kept
 */
export class TieredCache {
  private readonly local: LRUCache<string, Entry>;
  private readonly flights = new Map<string, Promise<object>>();
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

  /** In the order of `keys`. */
  async getMany<T extends object>(tenant: TenantContext, keys: readonly string[]): Promise<(T | undefined)[]> {
    const found = keys.map((key) => this.local.get(nameOf(tenant, key))?.value as T | undefined);
    const missing = keys.flatMap((key, i) => (found[i] ? [] : [{ key, i }]));
    const { name, shared, sharedKey = same } = this.options;
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

  /** Does not wait for the second tier. */
  setMany(tenant: TenantContext, entries: readonly [key: string, value: object][]): void {
    if (entries.length === 0) return;
    const texts = entries.map(([key, value]): [string, string] => [key, JSON.stringify(value)]);
    for (const [i, [key, text]] of texts.entries())
      this.local.set(nameOf(tenant, key), { value: (entries[i] as [string, object])[1], length: text.length });
    const { name, shared, sharedKey = same, ttlMs } = this.options;
    void shared?.set(
      name,
      tenant.tenantId,
      texts.map(([key, text]) => [sharedKey(key), text]),
      ttlMs,
    );
  }

  /** What is kept under `key`, else what `make` makes. */
  async wrap<T extends object>(tenant: TenantContext, key: string, make: () => Promise<T>): Promise<T> {
    const name = nameOf(tenant, key);
    const flying = this.flights.get(name);
    if (flying) return flying as Promise<T>;
    const flight = this.find(tenant, key, make).finally(() => this.flights.delete(name));
    this.flights.set(name, flight);
    return flight;
  }

  /** Forgets what matches, `*` standing for anything, here and on every server that Redis reaches. */
  async invalidate(tenant: TenantContext, pattern: string): Promise<void> {
    this.forget(tenant, pattern);
    await this.options.shared?.invalidate({ cache: this.options.name, tenantId: tenant.tenantId, pattern });
  }

  private async find<T extends object>(tenant: TenantContext, key: string, make: () => Promise<T>): Promise<T> {
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
    const { sharedKey = same } = this.options;
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

function same(key: string): string {
  return key;
}

/** Whether a text is `first`, anything, and then each of `rest` with anything between; without `rest`, `first` alone. */
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
