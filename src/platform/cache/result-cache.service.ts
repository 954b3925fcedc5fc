import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Metrics } from '#observability';
import { SharedCache } from './shared-cache.service.js';
import { TieredCache } from './tiered-cache.js';

/** A result with the time up to which it is complete. */
export interface Dated<T> {
  value: T;
  /** The value includes at least everything committed by this time, in milliseconds since 1970. Null: everything. */
  asOf: number | null;
}

const MAX_BYTES = 16 * 2 ** 20;

/** Caches results of services when FL_CACHE_ANALYTICS is on; otherwise every call is computed. */
@Injectable()
export class ResultCache {
  private readonly cache: TieredCache | undefined;

  constructor(
    config: FeedbackLoopConfig,
    shared: SharedCache,
    metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    if (!config.cache.analytics) return;
    const ttlMs = config.cache.ttlSeconds * 1000;
    const second = config.cache.shared ? { shared } : {};
    this.cache = new TieredCache({ name: 'results', maxBytes: MAX_BYTES, ttlMs, ...second }, metrics);
  }

  async wrap<T>(tenant: TenantContext, key: string, make: () => Promise<Dated<T>>): Promise<Dated<T>> {
    if (!this.cache) return make();
    return this.cache.wrap(tenant, key, async () => {
      const began = this.clock.now();
      const { asOf, value } = await make();
      return { value, asOf: asOf ?? began };
    });
  }

  /** Removes all results of a tag, or those that match a pattern such as `summary:*`. */
  async invalidate(tenant: TenantContext, tag: string, pattern = '*'): Promise<void> {
    await this.cache?.invalidate(tenant, `${tag}#${pattern}`);
  }
}

/** A service whose results can be cached. */
interface HasResultCache {
  readonly results: ResultCache;
}

type DatedMethod<This, Arguments extends unknown[], T> = (
  this: This,
  tenant: TenantContext,
  ...rest: Arguments
) => Promise<Dated<T>>;

/** Caches the results of a method by tenant and arguments, which must be JSON values. Invalidating `tag` removes them. */
export function Cached(tag: string) {
  return <This extends HasResultCache, Arguments extends unknown[], T>(
    _target: This,
    name: string,
    descriptor: TypedPropertyDescriptor<DatedMethod<This, Arguments, T>>,
  ): void => {
    const method = descriptor.value;
    if (!method) throw new Error('only methods can be cached');
    descriptor.value = function (this: This, tenant: TenantContext, ...rest: Arguments): Promise<Dated<T>> {
      return this.results.wrap(tenant, `${tag}#${name}:${JSON.stringify(rest)}`, () =>
        method.call(this, tenant, ...rest),
      );
    };
  };
}
