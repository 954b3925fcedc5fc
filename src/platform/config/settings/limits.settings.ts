import { BooleanVariable, IntegerVariable } from '../variable.decorator.js';

/** Rate limits. */
export class LimitSettings {
  @BooleanVariable({
    name: 'FL_RATE_LIMIT_ENABLED',
    description: 'Limits requests per key or, without a key, per IP address.',
  })
  enabled: boolean = true;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_RATE_LIMIT_PER_MINUTE',
    description:
      'Maximum number of requests per minute from an IP address without a key. Failed authentications count too.',
  })
  perMinute: number = 60;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_RATE_LIMIT_PER_HOUR',
    description: 'Maximum number of requests per hour from an IP address without a key.',
  })
  perHour: number = 1000;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_KEY_RATE_LIMIT_PER_MINUTE',
    description: 'Maximum number of requests per minute with one key, unless the key has its own limit.',
  })
  keyPerMinute: number = 60_000;

  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_FEEDBACK_RATE_LIMIT_PER_HOUR',
    description:
      'Maximum number of feedback submissions per hour from an IP address without a key or token, or with a publishable key.',
  })
  feedbackPerHour: number = 5;
}
