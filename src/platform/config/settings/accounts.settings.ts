import { IsOptional, IsString, Matches } from 'class-validator';
import { IntegerVariable, Variable } from '../variable.decorator.js';

/** People who sign in. */
export class AccountSettings {
  @Variable({
    name: 'FL_PUBLIC_URL',
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
    description: 'A session ends this long after signing in.',
  })
  sessionHours: number = 12;

  @IntegerVariable(2, 43_200, {
    name: 'FL_SESSION_IDLE_MINUTES',
    description: 'A session ends this long after its last request.',
  })
  sessionIdleMinutes: number = 60;

  @IntegerVariable(1, 100, {
    name: 'FL_LOGIN_ATTEMPTS',
    description: 'So many wrong passwords for one address lock it.',
  })
  loginAttempts: number = 5;

  @IntegerVariable(1, 1440, {
    name: 'FL_LOGIN_LOCK_MINUTES',
    description: 'How long an address is locked.',
  })
  loginLockMinutes: number = 15;
}
