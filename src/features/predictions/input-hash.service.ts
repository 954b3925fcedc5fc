import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { Secrets } from '#secrets';

/** HMAC-SHA256 of tenant and text, base64url: equal texts meet, the text cannot be guessed back. */
@Injectable()
export class InputHash {
  private readonly key: Buffer;

  constructor(secrets: Secrets) {
    this.key = secrets.keyFor('input-hash');
  }

  of({ tenantId }: TenantContext, text: string): string {
    return createHmac('sha256', this.key).update(tenantId).update('\n').update(text).digest('base64url');
  }
}
