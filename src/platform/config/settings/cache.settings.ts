import { BooleanVariable, IntegerVariable } from '../variable.decorator.js';

/** The caches of predictions and analytics. */
export class CacheSettings {
  @BooleanVariable({
    name: 'FL_CACHE_ENABLED',
    description: 'Keeps answers of models in memory, by tenant and text.',
  })
  enabled: boolean = true;

  @IntegerVariable(1, 86_400, {
    name: 'FL_CACHE_TTL_SECONDS',
    description: 'A cached answer is used this long.',
  })
  ttlSeconds: number = 300;

  @IntegerVariable(65_536, 8_589_934_592, {
    name: 'FL_CACHE_MAX_BYTES',
    description: 'Memory of the cache at the most; the least recently used answers go first.',
  })
  maxBytes: number = 33_554_432;

  @BooleanVariable({
    name: 'FL_CACHE_SHARED',
    description:
      'Looks in Redis, where FL_REDIS_URL names one, for what another server has answered. Texts are never there, only keyed hashes of them.',
  })
  shared: boolean = true;

  @BooleanVariable({
    name: 'FL_CACHE_ANALYTICS',
    description:
      'Answers analytics from a cache for FL_CACHE_TTL_SECONDS; every answer then says `data_as_of`. Without it they are exact to the last committed row.',
  })
  analytics: boolean = false;
}
