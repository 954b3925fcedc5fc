import { IntegerVariable } from '../variable.decorator.js';

/** Submissions and their screenshots. */
export class FeedbackSettings {
  @IntegerVariable(1024, 20_971_520, {
    name: 'FL_SCREENSHOT_MAX_BYTES',
    description: 'Largest picture; a larger one is refused with a warning, the text is kept.',
  })
  screenshotMaxBytes: number = 5_242_880;

  @IntegerVariable(0, 20, {
    name: 'FL_SCREENSHOT_MAX_COUNT',
    description: 'Pictures of one submission.',
  })
  screenshotMaxCount: number = 5;

  @IntegerVariable(0, 600_000, {
    name: 'FL_FEEDBACK_MIN_FILL_MS',
    description:
      'A form that was filled in faster (`elapsed_ms`), without a key or with a publishable one, is quarantined. 0 switches it off.',
  })
  minFillMs: number = 2000;
}
