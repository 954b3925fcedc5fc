import { AppError } from '#kernel';

/** One wrong variable: its name, what its value must look like, and what to do. Never the value. */
export interface ConfigurationProblem {
  variable: string;
  problem: string;
  remedy: string;
}

/** The configuration cannot be used; the process does not start. */
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
