import { IsIn, Matches, IsArray } from 'class-validator';
import { BooleanVariable, Variable } from '../variable.decorator.js';

export const PUBLIC_ROUTE_NAMES = ['predict', 'batch', 'analytics', 'feedback'] as const;
export type PublicRouteName = (typeof PUBLIC_ROUTE_NAMES)[number];

/** Keys, secrets, and the routes that need no key. */
export class SecuritySettings {
  @BooleanVariable({
    name: 'FL_API_KEY_REQUIRED',
    description: '`false` opens everything without a key, and is accepted only when FL_API_HOST is a loopback address.',
  })
  apiKeyRequired: boolean = true;

  @Variable({
    name: 'FL_API_KEYS',
    kind: 'list',
    secret: true,
    description:
      'Keys from outside the database, `<key>:<scope>+<scope>`, comma separated; each key has 32 characters or more. They work while the database is away.',
    example: '<32 or more random characters>:predict+ingest+read',
  })
  @IsArray()
  apiKeys: string[] = [];

  @Variable({
    name: 'FL_SECRET_KEY',
    kind: 'list',
    secret: true,
    description:
      'Signs feedback tokens and cursors; 32 characters or more, the same on every replica. To rotate, put the new one first and keep the old one behind a comma for 30 days.',
    defaultText: 'generated into `secret.key` in FL_DATA_DIR',
  })
  @IsArray()
  @Matches(/^.{32,}$/, { each: true, message: 'must be 32 characters or more' })
  secretKey: string[] = [];

  @Variable({
    name: 'FL_ENCRYPTION_KEY',
    kind: 'list',
    secret: true,
    description:
      'Encrypts texts at rest: 32 bytes in base64, the same on every replica, kept apart from backups of the data. To rotate, put the new one first and keep the old one behind a comma.',
    defaultText: 'generated into `encryption.key` in FL_DATA_DIR',
  })
  @IsArray()
  @Matches(/^[A-Za-z0-9+/]{43}=$/, { each: true, message: 'must be 32 bytes in base64' })
  encryptionKey: string[] = [];

  @Variable({
    name: 'FL_PUBLIC_ROUTES',
    kind: 'list',
    description: 'Paths of the older systems that need no key: any of `predict`, `batch`, `analytics`, `feedback`.',
    example: 'predict,batch',
  })
  @IsArray()
  @IsIn(PUBLIC_ROUTE_NAMES, { each: true })
  publicRoutes: PublicRouteName[] = [];
}
