import { BooleanVariable, IntegerVariable } from '../variable.decorator.js';

/** How often a client may call. */
export class LimitSettings {
  @BooleanVariable({
    name: 'FL_RATE_LIMIT_ENABLED',
    description: 'Limits requests by key and, without a key, by IP address.',
  })
  enabled: boolean = true;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_RATE_LIMIT_PER_MINUTE',
    description: 'Requests of one IP address without a key in a minute. Failed authentication counts too.',
  })
  perMinute: number = 60;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_RATE_LIMIT_PER_HOUR',
    description: 'Requests of one IP address without a key in an hour.',
  })
  perHour: number = 1000;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_KEY_RATE_LIMIT_PER_MINUTE',
    description: 'Requests of one key in a minute, unless the key has a limit of its own.',
  })
  keyPerMinute: number = 60_000;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_FEEDBACK_RATE_LIMIT_PER_HOUR',
    description: 'Submissions of one IP address in an hour, without a key or token, or with a publishable key.',
  })
  feedbackPerHour: number = 5;
}
