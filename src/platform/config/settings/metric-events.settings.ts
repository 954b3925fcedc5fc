import { IsString, Matches, IsArray } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** Custom metric events. */
export class MetricEventSettings {
  @Variable({
    name: 'FL_METRIC_EVENTS_SENSITIVE',
    kind: 'list',
    description:
      'Fields in the `data` of metric events, such as `email,user.name`, that are encrypted at rest and returned only with scope `read:text`. Events cannot be filtered by them.',
    defaultText: 'none',
  })
  @IsArray()
  @IsString({ each: true })
  @Matches(/^[^."\\]{1,64}(?:\.[^."\\]{1,64}){0,7}$/, {
    each: true,
    message: 'must be a path such as email or user.name',
  })
  sensitive: string[] = [];
}
