import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthenticationError, type Clock, CLOCK, HOUR_MS } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Secrets } from '#secrets';
import { asActor, type Principal, SCOPES_OF, type Session, type User } from '#security';
import { AccountLockedError } from './errors.js';
import { Passwords } from './passwords.service.js';
import { SessionsRepository } from './sessions.repository.js';
import { UsersService } from './users.service.js';

const TOKEN_BYTES = 32;
const TOKEN_SHAPE = /^[\w-]{43}$/;
const MINUTE_MS = 60_000;

export interface Credentials {
  tenant?: string | undefined;
  email: string;
  password: string;
}

/** A new session. `token` is only for the cookie; `expiresAt` is in milliseconds since 1970. */
export interface NewSession {
  token: string;
  csrfToken: string;
  expiresAt: number;
  user: User;
}

/**
 * Signs users in and verifies their sessions.
 *
 * - Each sign-in creates a new random token. The database stores only its HMAC.
 * - A session ends after FL_SESSION_HOURS, after FL_SESSION_IDLE_MINUTES without a request, when the password changes,
 *   and when the user is disabled or deleted.
 * - FL_LOGIN_ATTEMPTS wrong passwords lock an e-mail address for FL_LOGIN_LOCK_MINUTES, whether or not a user has it.
 * - Sessions are in the database, which all replicas share. No user is signed in during an outage of the database
 *   (503).
 */
@Injectable()
export class SessionsService {
  private readonly tokenKeys: Buffer[];
  private readonly csrfKey: Buffer;
  private readonly accountKey: Buffer;

  constructor(
    private readonly repository: SessionsRepository,
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly config: FeedbackLoopConfig,
    secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.tokenKeys = secrets.keysFor('session');
    this.csrfKey = secrets.keyFor('csrf');
    this.accountKey = secrets.keyFor('login-attempts');
  }

  /**
   * Signs a user in. `before` is the token of the previous session of the browser, which ends.
   *
   * @throws AuthenticationError (401), AccountLockedError (429), PasswordsBusyError (503)
   */
  async signIn({ email, password, tenant: slug }: Credentials, before: string | undefined): Promise<NewSession> {
    const now = this.clock.now();
    const tenant = await this.users.tenantOf(slug ?? 'default');
    const address = email.trim().toLowerCase();
    const accountHash = this.hash(this.accountKey, `${slug ?? 'default'}\n${address}`);
    const lockMs = this.config.accounts.loginLockMinutes * MINUTE_MS;
    const lockedUntil = await this.repository.reserveAttempt(tenant, accountHash, {
      now,
      lockMs,
      maxAttempts: this.config.accounts.loginAttempts,
    });
    if (lockedUntil !== null) throw new AccountLockedError((lockedUntil - now) / 1000);
    const found = await this.users.credentials(tenant, address);
    const isCorrect = await this.passwords.matches(password, found?.passwordHash ?? null);
    if (!isCorrect || !found || found.user.disabledAt !== null)
      throw new AuthenticationError('The e-mail address or the password is wrong.');
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = now + this.config.accounts.sessionHours * HOUR_MS;
    const session = { tokenHash: this.hash(this.tokenKeys[0] as Buffer, token), userId: found.user.id, expiresAt };
    const replaced = before === undefined ? undefined : this.hash(this.tokenKeys[0] as Buffer, before);
    await this.repository.create(
      found.user,
      session,
      { accountHash, replaced },
      { name: actorFor(found.user), at: now },
    );
    return { token, csrfToken: this.csrfToken(token), expiresAt, user: found.user };
  }

  /** Returns the user of a session token; undefined if the token is unknown or its session has ended. */
  async verify(token: string): Promise<Principal | undefined> {
    if (!TOKEN_SHAPE.test(token)) return undefined;
    const now = this.clock.now();
    for (const key of this.tokenKeys) {
      const stored = await this.repository.findByToken(this.hash(key, token));
      if (!stored) continue;
      const idle = now - stored.seenAt;
      if (stored.expiresAt <= now || idle >= this.config.accounts.sessionIdleMinutes * MINUTE_MS) return undefined;
      if (idle >= MINUTE_MS) await this.repository.touch(stored.user, stored.tokenHash, now);
      const { expiresAt, tokenHash, user } = stored;
      return {
        tenantId: user.tenantId,
        keyId: actorFor(user),
        scopes: new Set(SCOPES_OF[user.role]),
        session: { tokenHash, user, csrfToken: this.csrfToken(token), expiresAt },
      };
    }
    return undefined;
  }

  async signOut(caller: Principal, { tokenHash, user }: Session): Promise<void> {
    await this.repository.remove(caller, tokenHash, asActor(caller, this.clock.now()), user.id);
  }

  private csrfToken(token: string): string {
    return this.hash(this.csrfKey, token);
  }

  private hash(key: Buffer, text: string): string {
    return createHmac('sha256', key).update(text).digest('base64url');
  }
}

/** Compares `given` with the CSRF token of the session in constant time. */
export function isCsrfToken(given: string | undefined, { csrfToken }: Session): boolean {
  const expected = Buffer.from(csrfToken);
  const actual = Buffer.from(given ?? '');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

export function actorFor({ id }: Pick<User, 'id'>): string {
  return `user:${id}`;
}
