import { IsIn } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** What is logged, and how. */
export class LoggingSettings {
  @Variable({
    name: 'FL_LOG_LEVEL',
    kind: 'string',
    description: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
    defaultText: '`info`',
  })
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  level: string = 'info';

  @Variable({
    name: 'FL_LOG_FORMAT',
    kind: 'string',
    description: '`json`, `pretty`, or `auto`: pretty on a terminal, JSON elsewhere.',
  })
  @IsIn(['auto', 'json', 'pretty'])
  format: string = 'auto';
}
