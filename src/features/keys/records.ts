import type { Scope } from '#config';

/** What is chosen for a key; times are milliseconds since 1970. */
export interface KeySettings {
  name: string;
  scopes: Scope[];
  expiresAt: number | null;
  publishable: boolean;
  allowedOrigins: string[];
  rateLimitPerMinute: number | null;
}

/** A key as it may be shown: its secret is known to nobody but its owner. */
export interface KeyRecord extends KeySettings {
  id: string;
  publicId: string;
  createdAt: number;
  revokedAt: number | null;
  lastUsedAt: number | null;
  createdBy: string | null;
}
