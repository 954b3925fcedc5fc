import { IsIn } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** The level and format of the log. */
export class LoggingSettings {
  @Variable({
    name: 'FL_LOG_LEVEL',
    kind: 'string',
    description: 'Lowest level that is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
    defaultText: '`info`, or `debug` with FL_API_DEBUG',
  })
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  level: string = 'info';

  @Variable({
    name: 'FL_LOG_FORMAT',
    kind: 'string',
    description: '`json`, `pretty` or `auto`, which is pretty on a terminal and JSON elsewhere.',
  })
  @IsIn(['auto', 'json', 'pretty'])
  format: string = 'auto';
}
