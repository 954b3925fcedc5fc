import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { signingSecrets } from './key-files.js';

/** What the server signs and hashes with: FL_SECRET_KEY, or a file made at the first start. Every purpose has a key of its own. */
@Injectable()
export class Secrets {
  private readonly masters: Buffer[];

  constructor(config: FeedbackLoopConfig) {
    this.masters = signingSecrets(config);
  }

  /** Keys for `purpose`: the first one signs, all of them verify. */
  keysFor(purpose: string): Buffer[] {
    return this.masters.map((master) => createHmac('sha256', master).update(`feedback-loop ${purpose}`).digest());
  }

  /** The key that new signatures and hashes use. */
  keyFor(purpose: string): Buffer {
    return this.keysFor(purpose)[0] as Buffer;
  }

  /** For one list, by its name. */
  cursorCodec(list: string): CursorCodec {
    return new CursorCodec(this.keysFor('cursor'), list);
  }
}
