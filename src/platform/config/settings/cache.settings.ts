import { BooleanVariable, IntegerVariable } from '../variable.decorator.js';

/** The caches of predictions and analytics. */
export class CacheSettings {
  @BooleanVariable({
    name: 'FL_CACHE_ENABLED',
    description: 'Caches predictions in memory, by tenant and text.',
  })
  enabled: boolean = true;

  @IntegerVariable(1, 86_400, {
    name: 'FL_CACHE_TTL_SECONDS',
    description: 'How long a cached prediction is used, in seconds.',
  })
  ttlSeconds: number = 300;

  @IntegerVariable(65_536, 8_589_934_592, {
    name: 'FL_CACHE_MAX_BYTES',
    description: 'Maximum memory of the cache, in bytes. The least recently used entries are evicted first.',
  })
  maxBytes: number = 33_554_432;

  @BooleanVariable({
    name: 'FL_CACHE_SHARED',
    description:
      'Shares cached predictions with other servers through Redis if FL_REDIS_URL is set. Redis receives keyed hashes of texts, never the texts.',
  })
  shared: boolean = true;

  @BooleanVariable({
    name: 'FL_CACHE_ANALYTICS',
    description:
      'Caches analytics for FL_CACHE_TTL_SECONDS; each response then contains `data_as_of`. If `false`, analytics include every committed row.',
  })
  analytics: boolean = false;
}
