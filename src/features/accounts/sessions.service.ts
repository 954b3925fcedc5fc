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

/** A session that has just begun; `token` is for the cookie alone. */
export interface NewSession {
  token: string;
  csrfToken: string;
  expiresAt: number;
  user: User;
}

/**
 * Signs people in and knows them again.
 *
 * - the token is random and new at every sign-in; the database holds an HMAC of it
 * - ends after FL_SESSION_HOURS, after FL_SESSION_IDLE_MINUTES without a request, with a new password, and when the person is
 *   disabled or deleted
 * - FL_LOGIN_ATTEMPTS wrong passwords lock the address for FL_LOGIN_LOCK_MINUTES, whether somebody has it or not
 * - sessions live in the database that all replicas share; while it is away nobody is signed in (503)
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

  /** `before` is the token that the browser had. @throws AuthenticationError, AccountLockedError (429) */
  async signIn({ email, password, tenant: slug }: Credentials, before: string | undefined): Promise<NewSession> {
    const now = this.clock.now();
    const tenant = await this.users.tenantOf(slug ?? 'default');
    const address = email.trim().toLowerCase();
    const accountHash = this.hash(this.accountKey, `${slug ?? 'default'}\n${address}`);
    const lockMs = this.config.accounts.loginLockMinutes * MINUTE_MS;
    const lockedUntil = await this.repository.reserveAttempt(tenant, accountHash, {
      now,
      lockMs,
      most: this.config.accounts.loginAttempts,
    });
    if (lockedUntil !== null) throw new AccountLockedError((lockedUntil - now) / 1000);
    const found = await this.users.credentials(tenant, address);
    const good = await this.passwords.matches(password, found?.passwordHash ?? null);
    if (!good || !found || found.user.disabledAt !== null)
      throw new AuthenticationError('The address or the password is wrong.');
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

  /** Who has this token; undefined when it is none of ours, or over. */
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

/** Whether `given` is the token of the session, in constant time. */
export function isCsrfToken(given: string | undefined, { csrfToken }: Session): boolean {
  const expected = Buffer.from(csrfToken);
  const actual = Buffer.from(given ?? '');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

export function actorFor({ id }: Pick<User, 'id'>): string {
  return `user:${id}`;
}
