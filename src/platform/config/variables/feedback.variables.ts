import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { IntegerVariable, Variable } from '../variable.decorator.js';
import { LimitsVariables } from './limits.variables.js';

/** What people may send, and how it is told from what programs send. */
export class FeedbackVariables extends LimitsVariables {
  @IntegerVariable(1, 1_000_000_000, {
    name: 'FL_FEEDBACK_RATE_LIMIT_PER_HOUR',
    group: 'Feedback',
    description: 'Submissions of one IP address in an hour, without a key or token, or with a publishable key.',
  })
  feedbackRateLimitPerHour: number = 5;

  @IntegerVariable(1024, 20_971_520, {
    name: 'FL_SCREENSHOT_MAX_BYTES',
    group: 'Feedback',
    description: 'Largest picture; a larger one is refused with a warning, the text is kept.',
  })
  screenshotMaxBytes: number = 5_242_880;

  @IntegerVariable(0, 20, {
    name: 'FL_SCREENSHOT_MAX_COUNT',
    group: 'Feedback',
    description: 'Pictures of one submission.',
  })
  screenshotMaxCount: number = 5;

  @IntegerVariable(0, 600_000, {
    name: 'FL_FEEDBACK_MIN_FILL_MS',
    group: 'Feedback',
    description:
      'A form that was filled in faster (`elapsed_ms`), without a key or with a publishable one, is quarantined. 0 switches it off.',
  })
  feedbackMinFillMs: number = 2000;

  @Variable({
    name: 'FL_BLOB_STORE',
    group: 'Pictures',
    kind: 'string',
    description:
      'Where pictures go: `database`, `directory` or `s3`. `feedback-loop blobs move` moves those that are there.',
  })
  @IsIn(['database', 'directory', 's3'])
  blobStore: 'database' | 'directory' | 's3' = 'database';

  @Variable({
    name: 'FL_BLOB_DIR',
    group: 'Pictures',
    kind: 'string',
    description: 'Folder of FL_BLOB_STORE=directory; the same for every replica.',
    defaultText: '`blobs` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  blobDir: string | undefined;

  @IntegerVariable(0, 8_589_934_592, {
    name: 'FL_PICTURE_CACHE_BYTES',
    group: 'Pictures',
    description:
      'Memory for the pictures that were looked at last, at the most, for FL_CACHE_TTL_SECONDS. Whether one may be seen is asked each time. 0: none.',
  })
  pictureCacheBytes: number = 16_777_216;

  @Variable({
    name: 'FL_S3_BUCKET',
    group: 'Pictures',
    kind: 'string',
    description: 'Bucket of FL_BLOB_STORE=s3. Without keys the usual ways of AWS are used (role, profile).',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  s3Bucket: string | undefined;

  @Variable({ name: 'FL_S3_REGION', group: 'Pictures', kind: 'string', description: 'Region of the bucket.' })
  @IsString()
  s3Region: string = 'us-east-1';

  @Variable({
    name: 'FL_S3_ENDPOINT',
    group: 'Pictures',
    kind: 'string',
    description: 'Address of a server that speaks S3 and is not AWS.',
    defaultText: 'AWS',
    example: 'https://s3.example.com',
  })
  @IsOptional()
  @IsString()
  @Matches(/^https?:\/\/\S+$/, { message: 'must be an address such as https://s3.example.com' })
  s3Endpoint: string | undefined;

  @Variable({
    name: 'FL_S3_PREFIX',
    group: 'Pictures',
    kind: 'string',
    description: 'Put before every name.',
    defaultText: 'none',
  })
  @IsString()
  s3Prefix: string = '';

  @Variable({
    name: 'FL_S3_ACCESS_KEY_ID',
    group: 'Pictures',
    kind: 'string',
    secret: true,
    description: 'Key of the bucket.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  s3AccessKeyId: string | undefined;

  @Variable({
    name: 'FL_S3_SECRET_ACCESS_KEY',
    group: 'Pictures',
    kind: 'string',
    secret: true,
    description: 'Its secret.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  s3SecretAccessKey: string | undefined;
}
