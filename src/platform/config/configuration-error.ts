import { AppError } from '#kernel';

/** A problem with one variable, and its remedy. Never contains the value, which may be a secret. */
export interface ConfigurationProblem {
  variable: string;
  problem: string;
  remedy: string;
}

/** The configuration is invalid, so the process does not start. */
export class ConfigurationError extends AppError {
  constructor(readonly problems: ConfigurationProblem[]) {
    super({
      code: 'configuration_invalid',
      status: 500,
      title: 'Invalid configuration',
      detail: problems.map(({ variable, problem, remedy }) => `${variable} ${problem}. ${remedy}`).join('\n'),
    });
  }
}
