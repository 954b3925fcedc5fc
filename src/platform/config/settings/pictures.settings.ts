import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { IntegerVariable, Variable } from '../variable.decorator.js';

/** Where pictures are stored. */
export class PictureSettings {
  @Variable({
    name: 'FL_BLOB_STORE',
    kind: 'string',
    description:
      'Where pictures go: `database`, `directory` or `s3`. `feedback-loop blobs move` moves those that are there.',
  })
  @IsIn(['database', 'directory', 's3'])
  store: 'database' | 'directory' | 's3' = 'database';

  @Variable({
    name: 'FL_BLOB_DIR',
    kind: 'string',
    description: 'Folder of FL_BLOB_STORE=directory; the same for every replica.',
    defaultText: '`blobs` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  dir: string | undefined;

  @IntegerVariable(0, 8_589_934_592, {
    name: 'FL_PICTURE_CACHE_BYTES',
    description:
      'Memory for the pictures that were looked at last, at the most, for FL_CACHE_TTL_SECONDS. Whether one may be seen is asked each time. 0: none.',
  })
  cacheBytes: number = 16_777_216;

  @Variable({
    name: 'FL_S3_BUCKET',
    kind: 'string',
    description: 'Bucket of FL_BLOB_STORE=s3. Without keys the usual ways of AWS are used (role, profile).',
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
    kind: 'string',
    description: 'Put before every name.',
    defaultText: 'none',
  })
  @IsString()
  s3Prefix: string = '';

  @Variable({
    name: 'FL_S3_ACCESS_KEY_ID',
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
    kind: 'string',
    secret: true,
    description: 'Its secret.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  s3SecretAccessKey: string | undefined;
}
