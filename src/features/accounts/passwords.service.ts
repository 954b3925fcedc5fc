import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type FieldError, Mutex, UnavailableError } from '#kernel';

/**
 * Parameters of scrypt (RFC 7914). According to OWASP's Password Storage Cheat Sheet they are as strong as N=2^17, p=1,
 * with a quarter of the memory (32 MiB).
 */
const COST = { N: 32_768, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_MEMORY_BYTES = 64 * 2 ** 20;
const MIN_CHARACTERS = 8;
const MAX_CHARACTERS = 128;
const SHAPE = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]*)$/;

/** The most common passwords of at least eight characters, which attackers try first. */
const COMMON = new Set(
  (
    'password password1 password12 password123 password1234 passw0rd p@ssword p@ssw0rd 12345678 123456789 1234567890 123123123 ' +
    '11111111 00000000 87654321 qwertyui qwertyuiop qwerty123 qwerty1234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3r4 zaq12wsx asdfghjkl ' +
    'zxcvbnm1 iloveyou iloveyou1 sunshine princess football baseball superman trustno1 letmein1 letmein123 welcome1 welcome123 ' +
    'admin123 admin1234 administrator changeme changeme1 changeme123 default1 starwars computer whatever internet michelle ' +
    'jennifer liverpool corvette mercedes midnight abcd1234 abc12345 abcdefgh a1b2c3d4 secret123 monkey123 dragon123 master123'
  ).split(' '),
);

/** The name of this product, which attackers of its installations try next. */
const PRODUCT = /^feedback[-_ ]?loop[\W\d]*$/;

/**
 * Returns the problems of a new password. Checks its length and how easy it is to guess, but requires no character
 * classes (ASVS 5, 6.2).
 */
export function passwordErrors(password: string, email: string, path: string): FieldError[] {
  const length = [...password].length;
  const lower = password.toLowerCase();
  const name = email.split('@')[0] ?? '';
  if (length < MIN_CHARACTERS || length > MAX_CHARACTERS)
    return [{ path, message: `must be ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters long` }];
  if (COMMON.has(lower) || PRODUCT.test(lower) || new Set(lower).size < 4)
    return [{ path, message: 'is too easy to guess' }];
  if (lower === email || (name.length > 3 && lower.includes(name)))
    return [{ path, message: 'must not contain the e-mail address' }];
  return [];
}

/** Hash that matches no password. It is checked for users who do not exist. */
const DECOY = `scrypt$${COST.N}$${COST.r}$${COST.p}$AAAAAAAAAAAAAAAAAAAAAA$`;
const MAX_WAITING = 40;

/** More passwords wait to be checked than the queue may hold. */
class PasswordsBusyError extends UnavailableError {
  constructor() {
    super({ code: 'passwords_busy', detail: 'Too many users are signing in at the same time.' });
  }
}

/**
 * Hashes and checks passwords with scrypt.
 *
 * - Only one hash is computed at a time, because each takes 32 MiB and a pool thread for a quarter of a second, and
 *   anyone may try to sign in.
 * - At most 40 wait. More are refused with PasswordsBusyError (503).
 */
@Injectable()
export class Passwords {
  private readonly turn = new Mutex();
  private waiting = 0;

  /** Returns `scrypt$N$r$p$salt$hash`, with salt and hash in Base64url. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const { N, p, r } = COST;
    const hash = await this.derive(password, salt, COST);
    return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  }

  /**
   * Checks a password. Takes the same time without a stored hash, so that the time does not reveal whether a user
   * exists.
   */
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
          // Keyboards produce composed or decomposed characters for the same letters.
          scrypt(password.normalize('NFC'), salt, HASH_BYTES, { ...cost, maxmem: MAX_MEMORY_BYTES }, (error, key) => {
            if (error) reject(error);
            else resolve(key);
          });
        }),
    );
    return derived.finally(() => (this.waiting -= 1));
  }
}
