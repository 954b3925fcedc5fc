import { ForbiddenError } from '#kernel';
import type { Session } from '#security';
import { isCsrfToken } from './sessions.service.js';

export interface OriginRequest {
  method: string;
  /** Host and port as the client sees them. */
  host: string;
  headers: Record<string, string | string[] | undefined>;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Protects sessions from cross-site request forgery, where another site makes a browser send a change with its cookie.
 *
 * - If the browser sends `Sec-Fetch-Site` or `Origin`, they must name this server.
 * - `X-CSRF-Token` must contain the token of the session, which other sites cannot read.
 *
 * @throws ForbiddenError (403)
 */
export function refuseForgedRequest(request: OriginRequest, session: Session, publicUrl: string | undefined): void {
  if (SAFE.has(request.method)) return;
  refuseCrossSiteRequest(request, publicUrl);
  const given = request.headers['x-csrf-token'];
  if (!isCsrfToken(typeof given === 'string' ? given : undefined, session))
    throw new ForbiddenError(
      'A change with a session cookie requires the CSRF token in X-CSRF-Token: see GET /admin/api/session.',
    );
}

/**
 * Refuses requests from pages of other sites. Also protects the sign-in, because another site must not sign a user in
 * to a different account.
 *
 * @throws ForbiddenError (403)
 */
export function refuseCrossSiteRequest({ headers, host }: OriginRequest, publicUrl: string | undefined): void {
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const isOtherSite = typeof site === 'string' && site !== 'same-origin' && site !== 'none';
  const isOtherOrigin = typeof origin === 'string' && !isOwn(origin, host, publicUrl);
  if (isOtherSite || isOtherOrigin) throw new ForbiddenError('Pages of other sites cannot use a session.');
}

function isOwn(origin: string, host: string, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host || (publicUrl !== undefined && url.origin === new URL(publicUrl).origin);
}
