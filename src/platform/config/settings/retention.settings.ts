import { IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVariable, IntegerVariable, OptionalIntegerVariable, Variable } from '../variable.decorator.js';

/** How long records are kept. */
export class RetentionSettings {
  @IntegerVariable(24, 720, {
    name: 'FL_IDEMPOTENCY_HOURS',
    description: 'Hours for which the response to a request with an `Idempotency-Key` is kept, encrypted.',
  })
  idempotencyHours: number = 24;

  @IntegerVariable(1, 3650, {
    name: 'FL_RETENTION_DAYS',
    description: 'Days for which records are kept, and maximum age of the timestamp of a logged prediction.',
  })
  days: number = 90;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_PREDICTIONS_DAYS',
    description: 'Days for which predictions, votes and labels are kept.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  predictionsDays: number | undefined;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_FEEDBACK_DAYS',
    description: 'Days for which feedback is kept.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  feedbackDays: number | undefined;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_METRICS_DAYS',
    description: 'Days for which metric events are kept, and maximum age of their timestamps.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  metricsDays: number | undefined;

  @BooleanVariable({
    name: 'FL_RETENTION_ENABLED',
    description: 'Deletes expired records daily. If `false`, only `feedback-loop retention run` deletes them.',
  })
  enabled: boolean = true;

  @Variable({
    name: 'FL_ARCHIVE_DIR',
    kind: 'string',
    description: 'Folder to which retention writes records as JSON lines before it deletes them.',
    defaultText: 'none: records are deleted without an archive',
  })
  @IsOptional()
  @IsString()
  archiveDir: string | undefined;

  @Variable({
    name: 'FL_RETENTION_REPORT_TO',
    kind: 'string',
    description: 'Email address that receives a report of deleted records. Needs FL_SMTP_URL.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  @Matches(/@/, { message: 'must be an email address' })
  reportTo: string | undefined;
}
