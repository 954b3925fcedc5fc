import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { IntegerVariable, Variable } from '../variable.decorator.js';

/** The storage of screenshots. */
export class ScreenshotSettings {
  @Variable({
    name: 'FL_BLOB_STORE',
    kind: 'string',
    description:
      'Where new screenshots are stored: `database`, `directory` or `s3`. `feedback-loop blobs move` moves existing ones.',
  })
  @IsIn(['database', 'directory', 's3'])
  store: 'database' | 'directory' | 's3' = 'database';

  @Variable({
    name: 'FL_BLOB_DIR',
    kind: 'string',
    description: 'Folder for FL_BLOB_STORE=directory. All replicas must share it.',
    defaultText: '`blobs` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  dir: string | undefined;

  @IntegerVariable(0, 8_589_934_592, {
    name: 'FL_PICTURE_CACHE_BYTES',
    description:
      'Maximum memory for recently viewed screenshots, in bytes; they are kept for FL_CACHE_TTL_SECONDS. Access is still checked for each request. 0: no cache.',
  })
  cacheBytes: number = 16_777_216;

  @Variable({
    name: 'FL_S3_BUCKET',
    kind: 'string',
    description:
      'Bucket for FL_BLOB_STORE=s3. Without an access key, the default credentials of AWS are used (role, profile).',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  s3Bucket: string | undefined;

  @Variable({ name: 'FL_S3_REGION', kind: 'string', description: 'Region of the bucket.' })
  @IsString()
  s3Region: string = 'us-east-1';

  @Variable({
    name: 'FL_S3_ENDPOINT',
    kind: 'string',
    description: 'Address of an S3-compatible server other than AWS.',
    defaultText: 'AWS',
    example: 'https://s3.example.com',
  })
  @IsOptional()
  @IsString()
  @Matches(/^https?:\/\/\S+$/, { message: 'must be an address such as https://s3.example.com' })
  s3Endpoint: string | undefined;

  @Variable({
    name: 'FL_S3_PREFIX',
    kind: 'string',
    description: 'Prefix of all object names.',
    defaultText: 'none',
  })
  @IsString()
  s3Prefix: string = '';

  @Variable({
    name: 'FL_S3_ACCESS_KEY_ID',
    kind: 'string',
    secret: true,
    description: 'Access key ID for the bucket.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  s3AccessKeyId: string | undefined;

  @Variable({
    name: 'FL_S3_SECRET_ACCESS_KEY',
    kind: 'string',
    secret: true,
    description: 'Secret access key for the bucket.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  s3SecretAccessKey: string | undefined;
}
