import {
  type Clock,
  CLOCK,
  codeOf,
  type CursorCodec,
  ForbiddenError,
  HOUR_MS,
  NotFoundError,
  type Page,
  type TenantContext,
  uuidv7,
  ValidationError,
} from '#kernel';
import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ChangePlan } from '#ingest';
import { DataRefusedError } from '#persistence';
import { Secrets } from '#secrets';
import { asActor, type Principal, TenantsRepository, type User } from '#security';
import { EmailTakenError, InvalidLinkError } from './errors.js';
import { PasswordLinks } from './password-links.service.js';
import { passwordErrors, Passwords } from './passwords.service.js';
import type { InvitedUser, NewUser, PasswordLink, UserChange, UserLink } from './user.js';
import { type TokenRecord, UsersRepository } from './users.repository.js';

const INVITATION_HOURS = 72;
const RESET_HOURS = 1;
const MAX_RESETS_PER_HOUR = 3;
const MAX_EMAIL_LENGTH = 254;
const MAX_NAME_LENGTH = 200;
const TOKEN_BYTES = 32;
/**
 * No tenant has this id. It replaces an unknown tenant, so that the response takes the same time as for a known one.
 */
const NO_TENANT: TenantContext = { tenantId: '00000000-0000-0000-0000-000000000000' };

/**
 * Manages users and their passwords. The administrator who invites a user receives the link, which is also mailed if a
 * mail server is configured.
 */
@Injectable()
export class UsersService {
  private readonly cursors: CursorCodec;
  private readonly linkKey: Buffer;

  constructor(
    private readonly repository: UsersRepository,
    private readonly tenants: TenantsRepository,
    private readonly passwords: Passwords,
    private readonly links: PasswordLinks,
    @Inject(CLOCK) private readonly clock: Clock,
    secrets: Secrets,
  ) {
    this.cursors = secrets.cursorCodec('users');
    this.linkKey = secrets.keyFor('password-link');
  }

  /**
   * Plans a new user. A user without a password gets an invitation that is valid for 72 hours. Applying the plan throws
   * EmailTakenError (409).
   *
   * @throws ValidationError (422), PasswordsBusyError (503)
   */
  async planUser(caller: Principal, wanted: NewUser): Promise<ChangePlan<InvitedUser>> {
    const email = wanted.email.toLowerCase();
    // The schema limits the address as sent, but lower case may be longer.
    if ([...email].length > MAX_EMAIL_LENGTH)
      throw new ValidationError([{ path: 'email', message: `must not be longer than ${MAX_EMAIL_LENGTH} characters` }]);
    if (wanted.password !== undefined) refuseWeak(wanted.password, email, 'password');
    const passwordHash = wanted.password === undefined ? null : await this.passwords.hash(wanted.password);
    const by = asActor(caller, this.clock.now());
    const user: User = {
      id: uuidv7(by.at),
      tenantId: caller.tenantId,
      email,
      name: [...wanted.name].slice(0, MAX_NAME_LENGTH).join(''),
      role: wanted.role,
      hasPassword: passwordHash !== null,
      createdAt: by.at,
      createdBy: by.name,
      disabledAt: null,
      lastLoginAt: null,
      version: 1,
    };
    const made = passwordHash === null ? this.newLink(user, INVITATION_HOURS) : undefined;
    return {
      made: { ...user, invitation: made?.link ?? null },
      recordId: user.id,
      change: this.repository.creation(caller, user, { passwordHash, invitation: made?.record }, by),
      explain: (error) => (isTaken(error) ? new EmailTakenError() : undefined),
      changed: () => void (made && this.links.mail(user, made.link)),
    };
  }

  /** @throws NotFoundError (404) */
  async get(tenant: TenantContext, id: string): Promise<User> {
    const user = await this.repository.find(tenant, id);
    if (!user) throw new NotFoundError('The user');
    return user;
  }

  /** @throws NotFoundError (404) */
  async getByEmail(tenant: TenantContext, email: string): Promise<User> {
    const found = await this.repository.findByEmail(tenant, email.toLowerCase());
    if (!found) throw new NotFoundError('The user');
    return found.user;
  }

  /**
   * Returns a page of users, newest first.
   *
   * @throws ValidationError (422) naming `cursor`
   */
  async list(tenant: TenantContext, limit: number, cursor?: string): Promise<Page<User>> {
    const position = this.cursors.positionOf(cursor);
    const rows = await this.repository.list(tenant, limit + 1, position);
    return this.cursors.page(rows, limit, (row) => row.createdAt);
  }

  /**
   * Changes a user.
   *
   * @throws NotFoundError (404), PreconditionFailedError (412), ForbiddenError (403) if administrators would lock
   *   themselves out
   */
  async update(caller: Principal, id: string, version: number | undefined, change: UserChange): Promise<User> {
    const own = caller.session?.user.id === id;
    if (own && (change.disabled === true || (change.role !== undefined && change.role !== 'admin')))
      throw new ForbiddenError('You cannot disable yourself or give up your admin role. Ask another administrator.');
    await this.repository.update(caller, id, version, change, asActor(caller, this.clock.now()));
    return this.get(caller, id);
  }

  /**
   * @throws NotFoundError (404), PreconditionFailedError (412), ForbiddenError (403) if users would delete themselves
   */
  async remove(caller: Principal, id: string, version: number | undefined): Promise<void> {
    if (caller.session?.user.id === id)
      throw new ForbiddenError('You cannot delete yourself. Ask another administrator.');
    await this.repository.remove(caller, id, version, asActor(caller, this.clock.now()));
  }

  /**
   * Plans a link with which the user chooses a password. It is valid for 72 hours; previous links end.
   *
   * @throws NotFoundError (404), ValidationError (422) for a disabled user
   */
  async planLink(caller: Principal, id: string): Promise<ChangePlan<UserLink>> {
    const user = await this.get(caller, id);
    if (user.disabledAt !== null) throw new ValidationError([{ path: 'id', message: 'is disabled' }]);
    const { link, record } = this.newLink(user, INVITATION_HOURS);
    return {
      made: { id, ...link },
      recordId: id,
      change: this.repository.tokenReplacement(caller, record, asActor(caller, this.clock.now())),
      changed: () => void this.links.mail(user, link),
    };
  }

  /** Mails a link that is valid for one hour if a user has the address. Does not reveal whether one has. */
  async mailReset(slug: string | undefined, email: string): Promise<void> {
    if (!this.links.canMail) return;
    const tenant = await this.tenantOf(slug ?? 'default');
    const found = await this.repository.findByEmail(tenant, email.trim().toLowerCase());
    if (!found || found.user.disabledAt !== null) return;
    const { link, record } = this.newLink(found.user, RESET_HOURS);
    const now = this.clock.now();
    const limit = { max: MAX_RESETS_PER_HOUR, since: now - HOUR_MS };
    const by = { name: `user:${found.user.id}`, at: now };
    if (await this.repository.addToken(tenant, record, limit, by)) this.links.mail(found.user, link);
  }

  /**
   * Sets the password with the token of a link.
   *
   * @throws InvalidLinkError (422) naming `token`, ValidationError (422) naming `password`, PasswordsBusyError (503)
   */
  async choosePassword(token: string, password: string): Promise<void> {
    const now = this.clock.now();
    const tokenHash = this.hash(token);
    const user = await this.repository.findByLink(tokenHash, now);
    if (!user) throw new InvalidLinkError();
    refuseWeak(password, user.email, 'password');
    const hash = await this.passwords.hash(password);
    const by = { name: `user:${user.id}`, at: now };
    const used = await this.repository.acceptLink(user, { tokenHash, userId: user.id, expiresAt: 0 }, hash, by);
    if (!used) throw new InvalidLinkError();
  }

  /**
   * Changes the password of the caller. Ends all sessions, including the current one.
   *
   * @throws ValidationError (422) naming the field, PasswordsBusyError (503)
   */
  async changePassword(caller: Principal, user: User, current: string, next: string): Promise<void> {
    const stored = await this.credentials(caller, user.email);
    if (!(await this.passwords.matches(current, stored?.passwordHash ?? null)))
      throw new ValidationError([{ path: 'current_password', message: 'is wrong' }]);
    refuseWeak(next, user.email, 'new_password');
    await this.repository.setPassword(
      caller,
      user.id,
      await this.passwords.hash(next),
      asActor(caller, this.clock.now()),
    );
  }

  /** Returns a user with the hash of the password, to sign in. */
  credentials(tenant: TenantContext, email: string): Promise<{ user: User; passwordHash: string | null } | undefined> {
    return this.repository.findByEmail(tenant, email);
  }

  /** Returns the tenant with this slug, or a tenant that does not exist. */
  async tenantOf(slug: string): Promise<TenantContext> {
    const tenant = await this.tenants.findBySlug(slug);
    return tenant ? { tenantId: tenant.id } : NO_TENANT;
  }

  private newLink({ id }: User, hours: number): { link: PasswordLink; record: TokenRecord } {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = this.clock.now() + hours * HOUR_MS;
    return { link: this.links.of(token, expiresAt), record: { tokenHash: this.hash(token), userId: id, expiresAt } };
  }

  private hash(token: string): string {
    return createHmac('sha256', this.linkKey).update(token).digest('base64url');
  }
}

function refuseWeak(password: string, email: string, path: string): void {
  const errors = passwordErrors(password, email, path);
  if (errors.length > 0) throw new ValidationError(errors);
}

function isTaken(error: unknown): boolean {
  if (!(error instanceof DataRefusedError)) return false;
  const code = codeOf(error.cause);
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE';
}
