import { IsArray, IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';
import { SecurityVariables } from './security.variables.js';

/** How much anybody may ask, who may ask from a browser, and Redis, by which replicas count together. */
export class LimitsVariables extends SecurityVariables {
  @BooleanVariable({
    name: 'FL_RATE_LIMIT_ENABLED',
    group: 'Limits',
    description: 'Limits requests by key and, without a key, by IP address.',
  })
  rateLimitEnabled: boolean = true;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_RATE_LIMIT_PER_MINUTE',
    group: 'Limits',
    description: 'Requests of one IP address without a key in a minute. Failed authentication counts too.',
  })
  rateLimitPerMinute: number = 60;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_RATE_LIMIT_PER_HOUR',
    group: 'Limits',
    description: 'Requests of one IP address without a key in an hour.',
  })
  rateLimitPerHour: number = 1000;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_KEY_RATE_LIMIT_PER_MINUTE',
    group: 'Limits',
    description: 'Requests of one key in a minute, unless the key has a limit of its own.',
  })
  keyRateLimitPerMinute: number = 60_000;

  @Variable({
    name: 'FL_CORS_ORIGINS',
    group: 'Limits',
    kind: 'list',
    description:
      'Origins whose pages may call the API from a browser, such as `https://app.example.com`. Empty: none. Publishable keys name their own.',
    example: 'https://app.example.com',
  })
  @IsArray()
  @Matches(/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/, {
    each: true,
    message: 'must be origins such as https://app.example.com, without a path',
  })
  corsOrigins: string[] = [];

  @Variable({
    name: 'FL_REDIS_URL',
    group: 'Redis',
    kind: 'string',
    secret: true,
    description:
      'Redis, by which replicas share their limits: `redis://[user:password@]host:6379/0`, or `rediss://` for TLS. While it is away each replica counts for itself.',
    defaultText: 'none',
    example: 'redis://127.0.0.1:6379/0',
  })
  @IsOptional()
  @IsString()
  @Matches(/^rediss?:\/\/[^\s]+$/, { message: 'must begin with redis:// or rediss://' })
  redisUrl: string | undefined;

  @BooleanVariable({ name: 'FL_REDIS_ENABLED', group: 'Redis', description: '`false` ignores FL_REDIS_URL.' })
  redisEnabled: boolean = true;
}
