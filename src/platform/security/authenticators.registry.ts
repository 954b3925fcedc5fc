import { Injectable } from '@nestjs/common';
import type { Principal } from './principal.js';

/** The parts of a request that an authenticator uses; `host` and `protocol` are those that the client used. */
export interface AuthenticationRequest {
  readonly method: string;
  readonly host: string;
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>> & { readonly cookie?: string };
}

/**
 * Identifies a caller by something other than a key, such as a session cookie. Returns undefined if the request has no
 * such credential, and throws if the request must be refused.
 */
export interface Authenticator {
  authenticate(request: AuthenticationRequest): Promise<Principal | undefined>;
}

/** Authenticators that features add to the guard. */
@Injectable()
export class Authenticators {
  private readonly all: Authenticator[] = [];

  register(authenticator: Authenticator): void {
    this.all.push(authenticator);
  }

  /** Returns the caller from the first authenticator that identifies one, in the order of registration. */
  async authenticate(request: AuthenticationRequest): Promise<Principal | undefined> {
    for (const authenticator of this.all) {
      const principal = await authenticator.authenticate(request);
      if (principal) return principal;
    }
    return undefined;
  }
}
