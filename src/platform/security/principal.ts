import type { Actor, TenantContext } from '#kernel';
import type { Scope } from '#config';
import type { User } from './user.js';

/** The caller of a request: a key, a user, or an anonymous caller of an open route. */
export interface Principal extends TenantContext {
  /**
   * Id of a stored key; `environment:<part of its hash>` for keys from FL_API_KEYS, `user:<id>` for a signed-in user,
   * null for an anonymous caller.
   */
  readonly keyId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** The key may be embedded in pages: it is also limited by IP address, and to `allowedOrigins`. */
  readonly publishable?: boolean;
  readonly allowedOrigins?: readonly string[];
  readonly rateLimitPerMinute?: number | null;
  /** Set if the caller is a signed-in user. */
  readonly session?: Session;
  /** Sent instead of a key. It is not verified until `FeedbackTokens.prove` knows the prediction. */
  readonly feedbackToken?: string;
}

export interface Session {
  readonly tokenHash: string;
  readonly user: User;
  /** Required in the header `X-CSRF-Token` of every change. */
  readonly csrfToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Returns the name of a caller in audit logs and histories. */
export function actorOf({ keyId }: Principal): string {
  return keyId ?? 'anonymous';
}

/** Returns the caller as the actor of a change made at `at` (milliseconds since 1970). */
export function asActor(caller: Principal, at: number): Actor {
  return { name: actorOf(caller), at };
}

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
  }
}
