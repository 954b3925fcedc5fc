import type { Scope } from '#config';

/** Settings of a key. Times are in milliseconds since 1970. */
export interface KeySettings {
  name: string;
  scopes: Scope[];
  expiresAt: number | null;
  publishable: boolean;
  allowedOrigins: string[];
  rateLimitPerMinute: number | null;
}

/** A key without its secret, which only its owner knows. */
export interface KeyRecord extends KeySettings {
  id: string;
  publicId: string;
  createdAt: number;
  revokedAt: number | null;
  lastUsedAt: number | null;
  createdBy: string | null;
}
