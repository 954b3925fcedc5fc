import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { signingSecrets } from './key-files.js';

/** Derives a signing and hashing key for each purpose from FL_SECRET_KEY, or from a file that the first start creates. */
@Injectable()
export class Secrets {
  private readonly masters: Buffer[];

  constructor(config: FeedbackLoopConfig) {
    this.masters = signingSecrets(config);
  }

  /** Returns the keys for `purpose`: the first one signs and all of them verify. */
  keysFor(purpose: string): Buffer[] {
    return this.masters.map((master) => createHmac('sha256', master).update(`feedback-loop ${purpose}`).digest());
  }

  /** Returns the key that signs and hashes for `purpose`. */
  keyFor(purpose: string): Buffer {
    return this.keysFor(purpose)[0] as Buffer;
  }

  /** Returns the cursor codec of the list with this name. */
  cursorCodec(list: string): CursorCodec {
    return new CursorCodec(this.keysFor('cursor'), list);
  }
}
