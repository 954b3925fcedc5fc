/** Permissions of keys and roles; see docs/api.md. */
export const SCOPES = ['predict', 'ingest', 'read', 'read:text', 'review', 'admin', 'platform'] as const;
export type Scope = (typeof SCOPES)[number];
