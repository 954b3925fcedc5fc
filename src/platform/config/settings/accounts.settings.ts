import { IsOptional, IsString, Matches } from 'class-validator';
import { IntegerVariable, Variable } from '../variable.decorator.js';

/** User accounts and their sessions. */
export class AccountSettings {
  @Variable({
    name: 'FL_PUBLIC_URL',
    kind: 'string',
    description:
      'Address at which users reach this server, for links in mail. With `https://`, sessions use the `__Host-` cookie even if no trusted proxy reports that it terminates TLS.',
    defaultText: 'from FL_API_HOST and FL_API_PORT',
    example: 'https://feedback.example.com',
  })
  @IsOptional()
  @IsString()
  @Matches(/^https?:\/\/[a-z0-9.:[\]-]+\/?$/, { message: 'must be an address such as https://feedback.example.com' })
  publicUrl: string | undefined;

  @IntegerVariable(1, 720, {
    name: 'FL_SESSION_HOURS',
    description: 'Maximum lifetime of a session, in hours.',
  })
  sessionHours: number = 12;

  @IntegerVariable(2, 43_200, {
    name: 'FL_SESSION_IDLE_MINUTES',
    description: 'Time without requests after which a session ends, in minutes.',
  })
  sessionIdleMinutes: number = 60;

  @IntegerVariable(1, 100, {
    name: 'FL_LOGIN_ATTEMPTS',
    description: 'Number of wrong passwords after which an email address is locked.',
  })
  loginAttempts: number = 5;

  @IntegerVariable(1, 1440, {
    name: 'FL_LOGIN_LOCK_MINUTES',
    description: 'How long an email address stays locked, in minutes.',
  })
  loginLockMinutes: number = 15;
}
