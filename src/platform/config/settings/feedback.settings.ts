import { IntegerVariable } from '../variable.decorator.js';

/** Limits of feedback and its screenshots. */
export class FeedbackSettings {
  @IntegerVariable(1024, 20_971_520, {
    name: 'FL_SCREENSHOT_MAX_BYTES',
    description: 'Maximum size of a screenshot, in bytes. A larger one is dropped with a warning; the text is kept.',
  })
  screenshotMaxBytes: number = 5_242_880;

  @IntegerVariable(0, 20, {
    name: 'FL_SCREENSHOT_MAX_COUNT',
    description: 'Maximum number of screenshots of one submission.',
  })
  screenshotMaxCount: number = 5;

  @IntegerVariable(0, 600_000, {
    name: 'FL_FEEDBACK_MIN_FILL_MS',
    description:
      'Minimum time for filling in a form (`elapsed_ms`), in milliseconds. A faster submission without a key or with a publishable key is quarantined. 0: no minimum.',
  })
  minFillMs: number = 2000;
}
