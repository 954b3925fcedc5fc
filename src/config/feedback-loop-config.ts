import { IsOptional, IsString } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from './variable.decorator.js';
import { FeedbackVariables } from './variables/feedback.variables.js';
import type { DatabaseConfig } from './database-uri.js';

export { PUBLIC_ROUTE_NAMES, type PublicRouteName } from './variables/security.variables.js';

/**
 * Every setting of the product, each with the variable it comes from. `.env.example` and `docs/configuration.md` are generated
 * from this class. Instances are made by `loadConfig` alone and are frozen.
 */
export class FeedbackLoopConfig extends FeedbackVariables {
  @Variable({
    name: 'FL_MODEL_PATH',
    group: 'Model',
    kind: 'string',
    description: 'Folder of the embedded model.',
    defaultText: 'the packaged `models/sentiment-en`',
  })
  @IsOptional()
  @IsString()
  modelPath: string | undefined;

  @BooleanVariable({
    name: 'FL_CACHE_ENABLED',
    group: 'Model',
    description: 'Keeps answers of the model in memory, by tenant and text.',
  })
  cacheEnabled: boolean = true;

  @IntegerVariable(1, 86_400, {
    name: 'FL_CACHE_TTL_SECONDS',
    group: 'Model',
    description: 'A cached answer is used this long.',
  })
  cacheTtlSeconds: number = 300;

  @IntegerVariable(65_536, 8_589_934_592, {
    name: 'FL_CACHE_MAX_BYTES',
    group: 'Model',
    description: 'Memory of the cache at the most; the least recently used answers go first.',
  })
  cacheMaxBytes: number = 33_554_432;

  /** Worked out from FL_DB_URI, FL_DB_TYPE, FL_DB_PATH and FL_DATA_DIR. */
  database!: DatabaseConfig;
}
