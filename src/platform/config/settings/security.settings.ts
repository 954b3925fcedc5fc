import { IsIn, Matches, IsArray } from 'class-validator';
import { BooleanVariable, Variable } from '../variable.decorator.js';

export const PUBLIC_ROUTE_NAMES = ['predict', 'batch', 'analytics', 'feedback'] as const;
export type PublicRouteName = (typeof PUBLIC_ROUTE_NAMES)[number];

/** Keys, secrets, and the routes that need no key. */
export class SecuritySettings {
  @BooleanVariable({
    name: 'FL_API_KEY_REQUIRED',
    description: 'If `false`, all routes are open without a key. Only accepted if FL_API_HOST is a loopback address.',
  })
  apiKeyRequired: boolean = true;

  @Variable({
    name: 'FL_API_KEYS',
    kind: 'list',
    secret: true,
    description:
      'API keys that are not stored in the database, as `<key>:<scope>+<scope>`, separated by commas. Each key has at least 32 characters. They work while the database is unavailable.',
    example: '<32 or more random characters>:predict+ingest+read',
  })
  @IsArray()
  apiKeys: string[] = [];

  @Variable({
    name: 'FL_SECRET_KEY',
    kind: 'list',
    secret: true,
    description:
      'Secret that signs feedback tokens and cursors: at least 32 characters, the same on every replica. To rotate it, put the new secret first and keep the previous one after a comma for 30 days.',
    defaultText: 'generated into `secret.key` in FL_DATA_DIR',
  })
  @IsArray()
  @Matches(/^.{32,}$/, { each: true, message: 'must have at least 32 characters' })
  secretKey: string[] = [];

  @Variable({
    name: 'FL_ENCRYPTION_KEY',
    kind: 'list',
    secret: true,
    description:
      'Key that encrypts texts at rest: 32 bytes in base64, the same on every replica. Store it separately from backups of the data. To rotate it, put the new key first and keep the previous one after a comma.',
    defaultText: 'generated into `encryption.key` in FL_DATA_DIR',
  })
  @IsArray()
  @Matches(/^[A-Za-z0-9+/]{43}=$/, { each: true, message: 'must be 32 bytes in base64' })
  encryptionKey: string[] = [];

  @Variable({
    name: 'FL_PUBLIC_ROUTES',
    kind: 'list',
    description: 'Paths of legacy systems that need no key: any of `predict`, `batch`, `analytics`, `feedback`.',
    example: 'predict,batch',
  })
  @IsArray()
  @IsIn(PUBLIC_ROUTE_NAMES, { each: true })
  publicRoutes: PublicRouteName[] = [];
}
