import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type FieldError, Mutex, UnavailableError } from '#kernel';

/** RFC 7914; OWASP's Password Storage Cheat Sheet names these as equal to N=2^17, p=1, at a quarter of the memory (32 MiB). */
const COST = { N: 32_768, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_MEMORY = 64 * 2 ** 20;
const LEAST_CHARACTERS = 8;
const MAX_CHARACTERS = 128;
const SHAPE = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]*)$/;

/** The most common ones of eight characters and more; whoever guesses begins with these. */
const COMMON = new Set(
  (
    'password password1 password12 password123 password1234 passw0rd p@ssword p@ssw0rd 12345678 123456789 1234567890 123123123 ' +
    '11111111 00000000 87654321 qwertyui qwertyuiop qwerty123 qwerty1234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3r4 zaq12wsx asdfghjkl ' +
    'zxcvbnm1 iloveyou iloveyou1 sunshine princess football baseball superman trustno1 letmein1 letmein123 welcome1 welcome123 ' +
    'admin123 admin1234 administrator changeme changeme1 changeme123 default1 starwars computer whatever internet michelle ' +
    'jennifer liverpool corvette mercedes midnight abcd1234 abc12345 abcdefgh a1b2c3d4 secret123 monkey123 dragon123 master123'
  ).split(' '),
);

/** What is wrong with a new password; nothing when it is good enough (ASVS 5, 6.2: length and guessability, no composition). */
export function passwordErrors(password: string, email: string, path: string): FieldError[] {
  const length = [...password].length;
  const lower = password.toLowerCase();
  const name = email.split('@')[0] ?? '';
  if (length < LEAST_CHARACTERS || length > MAX_CHARACTERS)
    return [{ path, message: `must be ${LEAST_CHARACTERS} to ${MAX_CHARACTERS} characters long` }];
  if (COMMON.has(lower) || new Set(lower).size < 4) return [{ path, message: 'is too easy to guess' }];
  if (lower === email || (name.length > 3 && lower.includes(name)))
    return [{ path, message: 'must not hold the address of mail' }];
  return [];
}

/** Derived for somebody who does not exist, and never equal. */
const DECOY = `scrypt$${COST.N}$${COST.r}$${COST.p}$AAAAAAAAAAAAAAAAAAAAAA$`;
const MAX_WAITING = 40;

/** More people sign in at once than passwords can be checked. */
class PasswordsBusyError extends UnavailableError {
  constructor() {
    super({ code: 'passwords_busy', detail: 'Too many people are signing in at this moment.' });
  }
}

/**
 * Hashes and checks passwords with scrypt.
 *
 * One at a time: each takes 32 MiB and a thread of the pool for a quarter of a second, and signing in is where strangers may ask
 * for it.
 */
@Injectable()
export class Passwords {
  private readonly turn = new Mutex();
  private waiting = 0;

  /** `scrypt$N$r$p$salt$hash`, base64url. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const { N, p, r } = COST;
    const hash = await this.derive(password, salt, COST);
    return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  }

  /** Takes as long for somebody who does not exist or has no password yet: the time must not tell. */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const [, N, r, p, salt = '', hash = ''] = SHAPE.exec(stored ?? DECOY) ?? [];
    const expected = Buffer.from(hash, 'base64url');
    const cost = { N: Number(N), r: Number(r), p: Number(p) };
    const derived = await this.derive(password, Buffer.from(salt, 'base64url'), cost);
    return stored !== null && derived.length === expected.length && timingSafeEqual(derived, expected);
  }

  private derive(password: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
    if (this.waiting >= MAX_WAITING) return Promise.reject(new PasswordsBusyError());
    this.waiting += 1;
    const derived = this.turn.run(
      () =>
        new Promise<Buffer>((resolve, reject) => {
          // The same letters may be written in two ways, by the keyboard at hand.
          scrypt(password.normalize('NFC'), salt, HASH_BYTES, { ...cost, maxmem: MAX_MEMORY }, (error, key) => {
            if (error) reject(error);
            else resolve(key);
          });
        }),
    );
    return derived.finally(() => (this.waiting -= 1));
  }
}
