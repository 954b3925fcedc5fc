import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type FeedbackLoopConfig } from './feedback-loop-config.js';
import { type Environment, loadConfig } from './load-config.js';

/**
 * Returns the variables of the `.env` file in `folder`, overridden by the environment of the process. No other code
 * reads either of them.
 */
export function readEnvironment(folder: string = process.cwd()): Environment {
  const file = join(folder, '.env');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
}

/**
 * Returns the configuration of this process, frozen.
 * @throws ConfigurationError when a variable is invalid
 */
export function configFromEnvironment(): Readonly<FeedbackLoopConfig> {
  return loadConfig(readEnvironment());
}
