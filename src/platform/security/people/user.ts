import type { Scope } from '#config';

export const ROLES = ['viewer', 'reviewer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What each role may do; nobody who signs in with a password runs the installation. */
export const SCOPES_OF: Record<Role, readonly Scope[]> = {
  viewer: ['read'],
  reviewer: ['read', 'read:text', 'review'],
  admin: ['predict', 'ingest', 'read', 'read:text', 'review', 'admin'],
};

/** A person; times are milliseconds since 1970. */
export interface User {
  id: string;
  tenantId: string;
  email: string;
  name: string;
  role: Role;
  /** Has accepted the invitation. */
  hasPassword: boolean;
  createdAt: number;
  createdBy: string;
  disabledAt: number | null;
  lastLoginAt: number | null;
  version: number;
}

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  password?: string | undefined;
}

export interface UserChange {
  name?: string | undefined;
  role?: Role | undefined;
  disabled?: boolean | undefined;
}

/** A token that lets somebody choose a password, shown once. */
export interface PasswordLink {
  token: string;
  /** Where to open it. */
  link: string;
  expiresAt: number;
  /** Whether it goes to the person by mail as well. */
  mailed: boolean;
}

export interface InvitedUser extends User {
  /** Null when a password was given. */
  invitation: PasswordLink | null;
}

/** A link and whose it is. */
export interface UserLink extends PasswordLink {
  id: string;
}
