import { IsOptional, IsString, Matches } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** The mail server. */
export class MailSettings {
  @Variable({
    name: 'FL_SMTP_URL',
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
    kind: 'string',
    description: 'Sender of mails.',
  })
  @IsString()
  @Matches(/@/, { message: 'must be an address of mail' })
  from: string = 'feedback-loop <feedback-loop@localhost>';
}
