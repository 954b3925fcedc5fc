import type { Actor, TenantContext } from '#kernel';
import type { Scope } from '#config';
import type { User } from './user.js';

/** Who is asking: a key, or an older caller on a path that was opened to everyone. */
export interface Principal extends TenantContext {
  /**
   * Id of the key row; `environment:<part of its hash>` for keys from FL_API_KEYS, `user:<id>` for a person who signed in, null for
   * nobody in particular.
   */
  readonly keyId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** For pages that anybody reads: limited by address as well, and to these origins. */
  readonly publishable?: boolean;
  readonly allowedOrigins?: readonly string[];
  readonly rateLimitPerMinute?: number | null;
  /** A person who signed in. */
  readonly session?: Session;
  /** Sent instead of a key; proves nothing until `FeedbackTokens.prove` has seen which prediction it is used for. */
  readonly feedbackToken?: string;
}

export interface Session {
  readonly tokenHash: string;
  readonly user: User;
  /** What a change must carry in `X-CSRF-Token`. */
  readonly csrfToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Returns the name under which audit logs and histories list a caller. */
export function actorOf({ keyId }: Principal): string {
  return keyId ?? 'anonymous';
}

/** Returns the caller as the author of a change made `at` that time (milliseconds since 1970). */
export function asActor(caller: Principal, at: number): Actor {
  return { name: actorOf(caller), at };
}

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
  }
}
