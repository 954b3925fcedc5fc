import { parseCookie, stringifySetCookie } from 'cookie';

/** What a cookie needs to know of a request. */
export interface CookieRequest {
  headers: { cookie?: string | undefined };
  /** As the client sees it: a trusted proxy in front says so by X-Forwarded-Proto. */
  protocol: string;
}

/** Only ever sent over TLS, only for this host, never readable by scripts: what the prefix makes browsers insist on. */
const SECURE_NAME = '__Host-fl';
/** The name that the older dashboard used; ours where there is no TLS, since browsers refuse the prefix there. */
const PLAIN_NAME = 'admin_session';

/** The token of the session cookie, if the request has one. */
export function sessionTokenOf({ headers }: CookieRequest): string | undefined {
  if (headers.cookie === undefined) return undefined;
  const cookies = parseCookie(headers.cookie);
  return cookies[SECURE_NAME] ?? cookies[PLAIN_NAME];
}

/** `Set-Cookie` for a new session; `publicUrl` decides where no proxy tells that TLS ends in front. */
export function sessionCookie(
  request: CookieRequest,
  publicUrl: string | undefined,
  token: string,
  seconds: number,
): string {
  return cookie(isSecure(request, publicUrl), token, seconds);
}

/** Takes both names away from the browser. */
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
