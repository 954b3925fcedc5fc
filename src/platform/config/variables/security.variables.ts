import { IsArray, IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';
import { DatabaseVariables } from './database.variables.js';

export const PUBLIC_ROUTE_NAMES = ['predict', 'batch', 'analytics', 'feedback'] as const;
export type PublicRouteName = (typeof PUBLIC_ROUTE_NAMES)[number];

/** Who may do what. */
export class SecurityVariables extends DatabaseVariables {
  @BooleanVariable({
    name: 'FL_API_KEY_REQUIRED',
    group: 'Security',
    description: '`false` opens everything without a key, and is accepted only when FL_API_HOST is a loopback address.',
  })
  apiKeyRequired: boolean = true;

  @Variable({
    name: 'FL_API_KEYS',
    group: 'Security',
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
    group: 'Security',
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
    group: 'Security',
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
    group: 'Security',
    kind: 'list',
    description: 'Paths of the older systems that need no key: any of `predict`, `batch`, `analytics`, `feedback`.',
    example: 'predict,batch',
  })
  @IsArray()
  @IsIn(PUBLIC_ROUTE_NAMES, { each: true })
  publicRoutes: PublicRouteName[] = [];

  @Variable({
    name: 'FL_PUBLIC_URL',
    group: 'People',
    kind: 'string',
    description:
      'Address at which people reach this server, for links in mails. With `https://`, sessions get the `__Host-` cookie also where no trusted proxy tells that TLS ends in front.',
    defaultText: 'from FL_API_HOST and FL_API_PORT',
    example: 'https://feedback.example.com',
  })
  @IsOptional()
  @IsString()
  @Matches(/^https?:\/\/[a-z0-9.:[\]-]+\/?$/, { message: 'must be an address such as https://feedback.example.com' })
  publicUrl: string | undefined;

  @IntegerVariable(1, 720, {
    name: 'FL_SESSION_HOURS',
    group: 'People',
    description: 'A session ends this long after signing in.',
  })
  sessionHours: number = 12;

  @IntegerVariable(2, 43_200, {
    name: 'FL_SESSION_IDLE_MINUTES',
    group: 'People',
    description: 'A session ends this long after its last request.',
  })
  sessionIdleMinutes: number = 60;

  @IntegerVariable(1, 100, {
    name: 'FL_LOGIN_ATTEMPTS',
    group: 'People',
    description: 'So many wrong passwords for one address lock it.',
  })
  loginAttempts: number = 5;

  @IntegerVariable(1, 1440, {
    name: 'FL_LOGIN_LOCK_MINUTES',
    group: 'People',
    description: 'How long an address is locked.',
  })
  loginLockMinutes: number = 15;

  @Variable({
    name: 'FL_SMTP_URL',
    group: 'Mail',
    kind: 'string',
    secret: true,
    description: 'Server that sends mail: `smtp://[user:password@]host:587`, or `smtps://` for TLS from the start.',
    defaultText: 'none: links are printed, not mailed',
    example: 'smtps://feedback:secret@mail.example.com:465',
  })
  @IsOptional()
  @IsString()
  @Matches(/^smtps?:\/\/[^\s]+$/, { message: 'must begin with smtp:// or smtps://' })
  smtpUrl: string | undefined;

  @Variable({
    name: 'FL_MAIL_FROM',
    group: 'Mail',
    kind: 'string',
    description: 'Sender of mails.',
  })
  @IsString()
  @Matches(/@/, { message: 'must be an address of mail' })
  mailFrom: string = 'feedback-loop <feedback-loop@localhost>';
}
