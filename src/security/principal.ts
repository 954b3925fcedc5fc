import type { TenantContext } from '../common/index.js';
import type { Scope } from '../config/index.js';

/** Who is asking: a key, or an older caller on a path that was opened to everyone. */
export interface Principal extends TenantContext {
  /** Id of the key row; `environment:<part of its hash>` for keys from FL_API_KEYS, null without a key. */
  readonly keyId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** For pages that anybody reads: limited by address as well, and to these origins. */
  readonly publishable?: boolean;
  readonly allowedOrigins?: readonly string[];
  readonly rateLimitPerMinute?: number | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
  }
}
