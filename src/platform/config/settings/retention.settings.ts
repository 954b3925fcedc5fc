import { IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVariable, IntegerVariable, OptionalIntegerVariable, Variable } from '../variable.decorator.js';

/** How long records stay. */
export class RetentionSettings {
  @IntegerVariable(24, 720, {
    name: 'FL_IDEMPOTENCY_HOURS',
    description: 'Hours that the answer to an `Idempotency-Key` is kept, encrypted.',
  })
  idempotencyHours: number = 24;

  @IntegerVariable(1, 3650, {
    name: 'FL_RETENTION_DAYS',
    description: 'Days that records are kept, and how far back the timestamp of a logged prediction may lie.',
  })
  days: number = 90;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_PREDICTIONS_DAYS',
    description: 'Days that predictions, votes and labels are kept.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  predictionsDays: number | undefined;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_FEEDBACK_DAYS',
    description: 'Days that feedback is kept.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  feedbackDays: number | undefined;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_METRICS_DAYS',
    description: 'Days that metric events are kept, and how far back their timestamps may lie.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  metricsDays: number | undefined;

  @BooleanVariable({
    name: 'FL_RETENTION_ENABLED',
    description: 'Deletes daily what is past its time. `false`: only `feedback-loop retention run` does.',
  })
  enabled: boolean = true;

  @Variable({
    name: 'FL_ARCHIVE_DIR',
    kind: 'string',
    description: 'Folder in which what retention deletes is written down before, as JSON lines.',
    defaultText: 'none: it is deleted',
  })
  @IsOptional()
  @IsString()
  archiveDir: string | undefined;

  @Variable({
    name: 'FL_RETENTION_REPORT_TO',
    kind: 'string',
    description: 'Address of mail that gets a report of what was deleted; needs FL_SMTP_URL.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  @Matches(/@/, { message: 'must be an address of mail' })
  reportTo: string | undefined;
}
