import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORMAT = /^fl_[a-z]{2,12}_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})$/;

export interface NewKey {
  /** Shown once. */
  key: string;
  publicId: string;
  secretSha256: string;
}

/** `fl_live_<8 characters>_<32 random bytes, base62>` (`fl_pub_…` when publishable): looked up by the first part, proved by the second. */
export function createKey(environment: 'live' | 'pub' = 'live'): NewKey {
  const publicId = Array.from(randomBytes(8), (byte) => ALPHABET.charAt(byte % 62)).join('');
  const key = `fl_${environment}_${publicId}_${base62(randomBytes(32))}`;
  return { key, publicId, secretSha256: hashKey(key) };
}

/** The public part of a key, or undefined when the text is not shaped like one. */
export function publicIdOf(key: string): string | undefined {
  return FORMAT.exec(key)?.[1];
}

/** The key has 190 bits or more of randomness: no slow hash is needed, and none could be afforded for each request. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function base62(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let i = 0; i < 43; i++) {
    text = ALPHABET.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text;
}
