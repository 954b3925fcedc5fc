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
 * Refuses a change that another site makes a browser send along with its cookie.
 *
 * - `Sec-Fetch-Site` and `Origin`, where the browser sends them, must be this server's own
 * - and the token of the session, which other sites cannot read, must be in `X-CSRF-Token`
 *
 * @throws ForbiddenError
 */
export function refuseForgery(request: OriginRequest, session: Session, publicUrl: string | undefined): void {
  if (SAFE.has(request.method)) return;
  refuseForeignPage(request, publicUrl);
  const given = request.headers['x-csrf-token'];
  if (!isCsrfToken(typeof given === 'string' ? given : undefined, session))
    throw new ForbiddenError(
      'A change with a session cookie needs its token in X-CSRF-Token: see GET /admin/api/session.',
    );
}

/** Also for signing in: a foreign page must not sign somebody in as somebody else. @throws ForbiddenError */
export function refuseForeignPage({ headers, host }: OriginRequest, publicUrl: string | undefined): void {
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const foreignSite = typeof site === 'string' && site !== 'same-origin' && site !== 'none';
  const foreignOrigin = typeof origin === 'string' && !isOwn(origin, host, publicUrl);
  if (foreignSite || foreignOrigin) throw new ForbiddenError('Pages of other sites cannot use a session.');
}

function isOwn(origin: string, host: string, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host || (publicUrl !== undefined && url.origin === new URL(publicUrl).origin);
}
