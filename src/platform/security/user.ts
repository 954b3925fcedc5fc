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
