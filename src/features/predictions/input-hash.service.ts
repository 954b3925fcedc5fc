import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { Secrets } from '#secrets';

/** Computes the HMAC-SHA256 of tenant and text: equal texts have equal hashes, but a hash does not reveal its text. */
@Injectable()
export class InputHash {
  private readonly key: Buffer;

  constructor(secrets: Secrets) {
    this.key = secrets.keyFor('input-hash');
  }

  /** Returns the hash in base64url. */
  of({ tenantId }: TenantContext, text: string): string {
    return createHmac('sha256', this.key).update(tenantId).update('\n').update(text).digest('base64url');
  }
}
