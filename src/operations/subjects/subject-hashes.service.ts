import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { Secrets } from '#secrets';

/** Names subjects so that only this installation can tell whether two names are of the same one. */
@Injectable()
export class SubjectHashes {
  private readonly keys: Buffer[];

  constructor(secrets: Secrets) {
    this.keys = secrets.keysFor('subject');
  }

  /** With every secret that is configured, the newest first. */
  of({ tenantId }: TenantContext, userId: string): [string, ...string[]] {
    return this.keys.map((key) =>
      createHmac('sha256', key).update(tenantId).update('\n').update(userId).digest('base64url'),
    ) as [string, ...string[]];
  }
}
