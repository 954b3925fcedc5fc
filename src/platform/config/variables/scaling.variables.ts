import { ArrayMaxSize, IsArray, IsIn, IsString, Matches } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';
import { FeedbackVariables } from './feedback.variables.js';

/** What takes load off the database: replicas, a pooler, caches. */
export class ScalingVariables extends FeedbackVariables {
  @Variable({
    name: 'FL_DB_REPLICA_URIS',
    group: 'Database',
    kind: 'list',
    secret: true,
    description:
      'Addresses of PostgreSQL streaming standbys that analytics are read from, separated by commas. Their answers say `data_as_of`. The primary answers when none is near enough.',
    defaultText: 'none',
  })
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  dbReplicaUris: string[] = [];

  @IntegerVariable(100, 3_600_000, {
    name: 'FL_DB_REPLICA_MAX_LAG_MS',
    group: 'Database',
    description: 'A replica that is further behind than this is not read from.',
  })
  dbReplicaMaxLagMs: number = 10_000;

  @Variable({
    name: 'FL_DB_POOLER',
    group: 'Database',
    kind: 'string',
    description:
      '`transaction` when FL_DB_URI leads through a pooler in transaction mode, such as PgBouncer: no named statements and no settings of a session. Needs FL_DB_DIRECT_URI.',
  })
  @IsIn(['none', 'transaction'])
  dbPooler: 'none' | 'transaction' = 'none';

  @Variable({
    name: 'FL_WEBHOOK_ALLOW',
    group: 'Webhooks',
    kind: 'list',
    description:
      'Addresses (CIDR) that webhooks may lead to although they are not public, such as `10.20.0.0/16`; there `http://` is allowed too.',
    defaultText: 'none: public addresses and https only',
  })
  @IsArray()
  @IsString({ each: true })
  @Matches(/^[\da-fA-F:.]+\/\d{1,3}$/, { each: true, message: 'must be a CIDR such as 10.20.0.0/16' })
  webhookAllow: string[] = [];

  @Variable({
    name: 'FL_METRIC_EVENTS_SENSITIVE',
    group: 'Metric events',
    kind: 'list',
    description:
      'Fields of the `data` of metric events that are encrypted at rest and shown with scope `read:text` alone, such as `email,user.name`. They cannot be filtered by.',
    defaultText: 'none',
  })
  @IsArray()
  @IsString({ each: true })
  @Matches(/^[^."\\]{1,64}(?:\.[^."\\]{1,64}){0,7}$/, {
    each: true,
    message: 'must be a path such as email or user.name',
  })
  metricEventsSensitive: string[] = [];

  @BooleanVariable({
    name: 'FL_METRICS_TENANTS',
    group: 'Observability',
    description:
      'Adds rows, bytes and growth of the 100 largest tenants to `/metrics`. Whoever may read it then sees the sizes of all of them.',
  })
  metricsTenants: boolean = false;

  @BooleanVariable({
    name: 'FL_CACHE_ENABLED',
    group: 'Cache',
    description: 'Keeps answers of models in memory, by tenant and text.',
  })
  cacheEnabled: boolean = true;

  @IntegerVariable(1, 86_400, {
    name: 'FL_CACHE_TTL_SECONDS',
    group: 'Cache',
    description: 'A cached answer is used this long.',
  })
  cacheTtlSeconds: number = 300;

  @IntegerVariable(65_536, 8_589_934_592, {
    name: 'FL_CACHE_MAX_BYTES',
    group: 'Cache',
    description: 'Memory of the cache at the most; the least recently used answers go first.',
  })
  cacheMaxBytes: number = 33_554_432;

  @BooleanVariable({
    name: 'FL_CACHE_SHARED',
    group: 'Cache',
    description:
      'Looks in Redis, where FL_REDIS_URL names one, for what another server has answered. Texts are never there, only keyed hashes of them.',
  })
  cacheShared: boolean = true;

  @BooleanVariable({
    name: 'FL_CACHE_ANALYTICS',
    group: 'Cache',
    description:
      'Answers analytics from a cache for FL_CACHE_TTL_SECONDS; every answer then says `data_as_of`. Without it they are exact to the last committed row.',
  })
  cacheAnalytics: boolean = false;
}
