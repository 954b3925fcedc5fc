import { Injectable } from '@nestjs/common';
import type { Principal } from './principal.js';

/** What an authenticator sees of a request: `host` and `protocol` as the client sees them. */
export interface AuthenticationRequest {
  readonly method: string;
  readonly host: string;
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>> & { readonly cookie?: string };
}

/**
 * Recognises a caller by something other than a key, such as a session cookie.
 *
 * Returns undefined when the request carries nothing it understands; throws when the request must be refused.
 */
export interface Authenticator {
  authenticate(request: AuthenticationRequest): Promise<Principal | undefined>;
}

/** The ways of signing in that features add to the guard. */
@Injectable()
export class Authenticators {
  private readonly all: Authenticator[] = [];

  register(authenticator: Authenticator): void {
    this.all.push(authenticator);
  }

  /** Returns the caller that the first authenticator recognises, in order of registration. */
  async authenticate(request: AuthenticationRequest): Promise<Principal | undefined> {
    for (const authenticator of this.all) {
      const principal = await authenticator.authenticate(request);
      if (principal) return principal;
    }
    return undefined;
  }
}
