import { IsString, Matches, IsArray } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** Addresses that webhooks may reach. */
export class WebhookSettings {
  @Variable({
    name: 'FL_WEBHOOK_ALLOW',
    kind: 'list',
    description:
      'Addresses (CIDR) that webhooks may lead to although they are not public, such as `10.20.0.0/16`; there `http://` is allowed too.',
    defaultText: 'none: public addresses and https only',
  })
  @IsArray()
  @IsString({ each: true })
  @Matches(/^[\da-fA-F:.]+\/\d{1,3}$/, { each: true, message: 'must be a CIDR such as 10.20.0.0/16' })
  allow: string[] = [];
}
