export { ConfigModule } from './config.module.js';
export { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
export { describeDatabase, resolveDatabase } from './database-uri.js';
export {
  configurationPage,
  describeSettings,
  envExample,
  generatedKeyVariables,
  maskedConfig,
  type SettingInForce,
} from './describe-config.js';
export { configFromEnvironment, readEnvironment } from './environment.js';
export { FeedbackLoopConfig } from './feedback-loop-config.js';
export { loadConfig, splitKey, unknownVariables } from './load-config.js';
export { type Scope, SCOPES } from './scopes.js';
export type { DatabaseTarget } from './settings/database.settings.js';
export type { PublicRouteName } from './settings/security.settings.js';
export { readAlso } from './variable.decorator.js';
