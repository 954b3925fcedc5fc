import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type FeedbackLoopConfig } from './feedback-loop-config.js';
import { type Environment, loadConfig } from './load-config.js';

/** The process's environment over the `.env` file of the working folder. The one place that reads either. */
export function readEnvironment(folder: string = process.cwd()): Environment {
  const file = join(folder, '.env');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
}

let instance: Readonly<FeedbackLoopConfig> | undefined;

/**
 * The one configuration of this process: every call answers the same frozen object.
 * @throws ConfigurationError when the environment cannot be used.
 */
export function configFromEnvironment(): Readonly<FeedbackLoopConfig> {
  instance ??= loadConfig(readEnvironment());
  return instance;
}
