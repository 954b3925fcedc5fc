import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { Secrets } from '#secrets';

/** Hashes the ids of subjects with a secret, so that only this installation can match a hash with a subject. */
@Injectable()
export class SubjectHashes {
  private readonly keys: Buffer[];

  constructor(secrets: Secrets) {
    this.keys = secrets.keysFor('subject');
  }

  /** Returns the hash by each configured secret, newest secret first. */
  of({ tenantId }: TenantContext, userId: string): [string, ...string[]] {
    return this.keys.map((key) =>
      createHmac('sha256', key).update(tenantId).update('\n').update(userId).digest('base64url'),
    ) as [string, ...string[]];
  }
}
