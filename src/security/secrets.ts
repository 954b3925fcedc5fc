import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { CursorCodec } from '../common/index.js';
import { ConfigurationError, FeedbackLoopConfig } from '../config/index.js';

/** The server's own secrets: FL_SECRET_KEY, or a file made at the first start. Every purpose has a key of its own. */
@Injectable()
export class Secrets {
  private readonly masters: Buffer[];

  constructor(config: FeedbackLoopConfig) {
    const given = config.secretKey.length > 0 ? config.secretKey : [secretFile(config.dataDir)];
    this.masters = given.map((secret) => Buffer.from(secret));
  }

  /** Keys for `purpose`: the first one signs, all of them verify. */
  keysFor(purpose: string): Buffer[] {
    return this.masters.map((master) => createHmac('sha256', master).update(`feedback-loop ${purpose}`).digest());
  }

  /** The key that new signatures and hashes use. */
  keyFor(purpose: string): Buffer {
    return this.keysFor(purpose)[0] as Buffer;
  }

  cursorCodec(): CursorCodec {
    return new CursorCodec(this.keysFor('cursor'));
  }
}

function secretFile(folder: string): string {
  const path = join(folder, 'secret.key');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const file = openSync(path, 'wx', 0o600);
      try {
        writeSync(file, `${randomBytes(32).toString('base64url')}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const secret = readFileSync(path, 'utf8').trim();
    if (secret.length >= 32) return secret;
  } catch (error) {
    throw secretProblem(
      `cannot be generated, because FL_DATA_DIR cannot be written (${(error as NodeJS.ErrnoException).code})`,
    );
  }
  throw secretProblem('is too short in secret.key of FL_DATA_DIR');
}

function secretProblem(problem: string): ConfigurationError {
  return new ConfigurationError([
    {
      variable: 'FL_SECRET_KEY',
      problem,
      remedy: 'Set FL_SECRET_KEY (openssl rand -base64 32), or make FL_DATA_DIR writable.',
    },
  ]);
}
