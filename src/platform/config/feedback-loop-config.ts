import { IsOptional, IsString } from 'class-validator';
import { Variable } from './variable.decorator.js';
import { ObservabilityVariables } from './variables/observability.variables.js';
import type { DatabaseConfig } from './database-uri.js';

export { PUBLIC_ROUTE_NAMES, type PublicRouteName } from './variables/security.variables.js';

/**
 * Every setting of the product, each with the variable it comes from. `.env.example` and `docs/configuration.md` are generated
 * from this class. Instances are made by `loadConfig` alone and are frozen.
 */
export class FeedbackLoopConfig extends ObservabilityVariables {
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

  /** Worked out from FL_DB_URI, FL_DB_TYPE, FL_DB_PATH and FL_DATA_DIR. */
  database!: DatabaseConfig;
}
