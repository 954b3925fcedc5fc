import type { Role, User } from '#security';

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
