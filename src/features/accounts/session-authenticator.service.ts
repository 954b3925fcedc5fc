import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import type { AuthenticationRequest, Authenticator, Principal } from '#security';
import { refuseForgery } from './forgery.js';
import { sessionTokenOf } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** Recognises people by their session cookie. An expired or unknown cookie counts as none. */
@Injectable()
export class SessionAuthenticator implements Authenticator {
  constructor(
    private readonly sessions: SessionsService,
    private readonly config: FeedbackLoopConfig,
  ) {}

  /** @throws ForbiddenError when another site sent the request */
  async authenticate(request: AuthenticationRequest): Promise<Principal | undefined> {
    const token = sessionTokenOf(request);
    const person = token === undefined ? undefined : await this.sessions.verify(token);
    if (person?.session) refuseForgery(request, person.session, this.config.accounts.publicUrl);
    return person;
  }
}
