import { IsString, Matches, IsArray } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** The addresses that webhooks may reach. */
export class WebhookSettings {
  @Variable({
    name: 'FL_WEBHOOK_ALLOW',
    kind: 'list',
    description:
      'Non-public addresses and ranges (CIDR) that webhooks may reach, such as `10.20.0.0/16,10.30.0.5`. `http://` is allowed for them too.',
    defaultText: 'none: only public addresses with `https://`',
  })
  @IsArray()
  @IsString({ each: true })
  @Matches(/^[\da-fA-F:.]+\/\d{1,3}$/, { each: true, message: 'must be a CIDR such as 10.20.0.0/16' })
  allow: string[] = [];
}
