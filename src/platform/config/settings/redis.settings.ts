import { IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVariable, Variable } from '../variable.decorator.js';

/** The connection to Redis. */
export class RedisSettings {
  @Variable({
    name: 'FL_REDIS_URL',
    kind: 'string',
    secret: true,
    description:
      'Redis server through which replicas share rate limits, verified keys and cached predictions: `redis://[user:password@]host:6379/0`, or `rediss://` for TLS. While it is unavailable, each replica counts requests separately.',
    defaultText: 'none',
    example: 'redis://127.0.0.1:6379/0',
  })
  @IsOptional()
  @IsString()
  @Matches(/^rediss?:\/\/[^\s]+$/, { message: 'must begin with redis:// or rediss://' })
  url: string | undefined;

  @BooleanVariable({ name: 'FL_REDIS_ENABLED', description: 'If `false`, FL_REDIS_URL is ignored.' })
  enabled: boolean = true;
}
