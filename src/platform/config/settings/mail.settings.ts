import { IsOptional, IsString, Matches } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** The mail server. */
export class MailSettings {
  @Variable({
    name: 'FL_SMTP_URL',
    kind: 'string',
    secret: true,
    description: 'Mail server: `smtp://[user:password@]host:587`, or `smtps://` for implicit TLS.',
    defaultText: 'none: links are shown instead of mailed',
    example: 'smtps://feedback:secret@mail.example.com:465',
  })
  @IsOptional()
  @IsString()
  @Matches(/^smtps?:\/\/[^\s]+$/, { message: 'must begin with smtp:// or smtps://' })
  smtpUrl: string | undefined;

  @Variable({
    name: 'FL_MAIL_FROM',
    kind: 'string',
    description: 'Sender of mail.',
  })
  @IsString()
  @Matches(/@/, { message: 'must be an email address' })
  from: string = 'feedback-loop <feedback-loop@localhost>';
}
