import type { AdminClient } from './api/admin-client.js';
import type { ApiClient } from './api/api-client.js';

export const PASSWORD = 'correct horse battery staple';

/** A signed-in user as the pages are one: each request carries the cookie of the session and the CSRF token. */
export interface SignedIn {
  admin: AdminClient;
  api: ApiClient;
  /** `name=token`. */
  cookie: string;
  csrfToken: string;
}

interface Clients {
  admin: AdminClient;
  api: ApiClient;
}

export async function signIn({ admin, api }: Clients, email: string, password = PASSWORD): Promise<SignedIn> {
  const answer = await admin.call('login', { body: { email, password } }, { key: null });
  if (answer.status !== 200) throw new Error(`${email} cannot sign in: ${answer.status} ${answer.text}`);
  const [cookie = ''] = (answer.headers['set-cookie'] ?? '').split(';');
  const csrfToken = answer.body.csrf_token;
  const headers = { cookie, 'x-csrf-token': csrfToken };
  return { admin: admin.as(null, headers), api: api.as(null, headers), cookie, csrfToken };
}
