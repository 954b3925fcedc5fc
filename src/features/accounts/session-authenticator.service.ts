import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import type { AuthenticationRequest, Authenticator, Principal } from '#security';
import { refuseForgedRequest } from './forgery.js';
import { sessionTokenOf } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** Authenticates users by their session cookie. An expired or unknown cookie is treated as missing. */
@Injectable()
export class SessionAuthenticator implements Authenticator {
  constructor(
    private readonly sessions: SessionsService,
    private readonly config: FeedbackLoopConfig,
  ) {}

  /** @throws ForbiddenError (403) if another site sent the request, or if a change has no CSRF token */
  async authenticate(request: AuthenticationRequest): Promise<Principal | undefined> {
    const token = sessionTokenOf(request);
    const user = token === undefined ? undefined : await this.sessions.verify(token);
    if (user?.session) refuseForgedRequest(request, user.session, this.config.accounts.publicUrl);
    return user;
  }
}
