import { codeOf } from '#kernel';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/**
 * Encrypts records in the spool with AES-256-GCM and a random 96-bit IV. The ciphertext is bound to the id of the
 * record, so that it cannot be used for another one. Layout: version, IV, tag, ciphertext.
 */
export class SpoolCipher {
  constructor(private readonly key: Buffer) {}

  /**
   * Reads the key from `path`, and creates the file (mode 0600) if it is missing.
   * @throws Error when the file cannot be read or does not contain a key
   */
  static fromFile(path: string): SpoolCipher {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      const file = openSync(path, 'wx', 0o600);
      try {
        writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
    if (key.length !== KEY_BYTES) throw new Error(`${path} does not contain ${KEY_BYTES} bytes in base64`);
    return new SpoolCipher(key);
  }

  seal(id: string, text: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(id));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), iv, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when the body was changed, belongs to another id, or was sealed with another key */
  open(id: string, body: Buffer): string {
    if (body[0] !== VERSION) throw new Error('the body has an unknown version');
    const tagAt = 1 + IV_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.key, body.subarray(1, tagAt)).setAAD(Buffer.from(id));
    decipher.setAuthTag(body.subarray(tagAt, tagAt + TAG_BYTES));
    return Buffer.concat([decipher.update(body.subarray(tagAt + TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}
