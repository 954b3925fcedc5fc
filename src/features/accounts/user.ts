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

/** A token with which a user chooses a password. It is shown once. */
export interface PasswordLink {
  token: string;
  /** URL of the page that uses the token. */
  link: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** Whether the link is also mailed to the user. */
  mailed: boolean;
}

export interface InvitedUser extends User {
  /** Null if a password was given. */
  invitation: PasswordLink | null;
}

/** A link, with the id of its user. */
export interface UserLink extends PasswordLink {
  id: string;
}
