import { parseCookie, stringifySetCookie } from 'cookie';

/** The parts of a request that a session cookie depends on. */
export interface CookieRequest {
  headers: { cookie?: string | undefined };
  /** Protocol as the client sees it, which a trusted proxy reports in X-Forwarded-Proto. */
  protocol: string;
}

/** Because of the prefix, browsers accept this cookie only over TLS and send it only to this host. */
const SECURE_NAME = '__Host-fl';
/** Name without TLS, where browsers refuse the prefix. It is also the name that the legacy dashboard used. */
const PLAIN_NAME = 'admin_session';

/** Returns the token of the session cookie, if the request has one. */
export function sessionTokenOf({ headers }: CookieRequest): string | undefined {
  if (headers.cookie === undefined) return undefined;
  const cookies = parseCookie(headers.cookie);
  return cookies[SECURE_NAME] ?? cookies[PLAIN_NAME];
}

/** Returns `Set-Cookie` for a new session. `publicUrl` decides whether to use TLS if no proxy reports the protocol. */
export function sessionCookie(
  request: CookieRequest,
  publicUrl: string | undefined,
  token: string,
  seconds: number,
): string {
  return cookie(isSecure(request, publicUrl), token, seconds);
}

/** Returns `Set-Cookie` headers that remove the cookie, under both names over TLS. */
export function clearedCookies(request: CookieRequest, publicUrl: string | undefined): string[] {
  return isSecure(request, publicUrl) ? [cookie(true, '', 0), cookie(false, '', 0)] : [cookie(false, '', 0)];
}

function isSecure({ protocol }: CookieRequest, publicUrl: string | undefined): boolean {
  return protocol === 'https' || publicUrl?.startsWith('https:') === true;
}

function cookie(secure: boolean, value: string, maxAge: number): string {
  const name = secure ? SECURE_NAME : PLAIN_NAME;
  return stringifySetCookie({ name, value, path: '/', httpOnly: true, secure, sameSite: 'lax', maxAge });
}
