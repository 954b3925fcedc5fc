import type { Scope } from '#config';

export const ROLES = ['viewer', 'reviewer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Scopes of each role. No role has scope `platform`, because users do not operate the installation. */
export const SCOPES_OF: Record<Role, readonly Scope[]> = {
  viewer: ['read'],
  reviewer: ['read', 'read:text', 'review'],
  admin: ['predict', 'ingest', 'read', 'read:text', 'review', 'admin'],
};

/** A user account. Times are in milliseconds since 1970. */
export interface User {
  id: string;
  tenantId: string;
  email: string;
  name: string;
  role: Role;
  /** Whether the user has accepted the invitation. */
  hasPassword: boolean;
  createdAt: number;
  createdBy: string;
  disabledAt: number | null;
  lastLoginAt: number | null;
  version: number;
}
