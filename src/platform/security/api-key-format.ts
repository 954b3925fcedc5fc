import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORMAT = /^fl_[a-z]{2,12}_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})$/;

export interface NewKey {
  /** The complete key; shown only once and not stored. */
  key: string;
  publicId: string;
  secretSha256: string;
}

/**
 * Creates a key: `fl_live_<8 characters>_<32 random bytes, base62>`, or `fl_pub_…` if publishable. The first part finds
 * the key, the second part proves it.
 */
export function createKey(environment: 'live' | 'pub' = 'live'): NewKey {
  const publicId = Array.from(randomBytes(8), (byte) => ALPHABET.charAt(byte % 62)).join('');
  const key = `fl_${environment}_${publicId}_${base62(randomBytes(32))}`;
  return { key, publicId, secretSha256: hashKey(key) };
}

/** Returns the public part of a key; undefined if the text does not have the format of a key. */
export function publicIdOf(key: string): string | undefined {
  return FORMAT.exec(key)?.[1];
}

/** Returns the SHA-256 of a key. A slow hash is not needed, because keys have at least 190 random bits. */
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
