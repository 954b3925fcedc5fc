/** The address of `/`, which a proxy may serve below a path: this file is at admin/assets/request.js. */
const ROOT = new URL('../../', import.meta.url);

/** What people call the fields of the forms. */
const NAMES = { email: 'The email address', password: 'The password', tenant: 'The team', token: 'This link' };

/**
 * Sends JSON to a path without a leading slash, and returns the body of the response.
 *
 * @throws Error with a message for people and the status of the response
 */
export async function send(path, body, headers = {}) {
  let response;
  try {
    response = await fetch(new URL(path, ROOT), {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error('The server cannot be reached.');
  }
  const result = await response.json().catch(() => ({}));
  if (response.ok) return result;
  const fields = (result.errors ?? [])
    .map(({ path: field, message }) => `${NAMES[field] ?? field} ${message}.`)
    .join(' ');
  const wait = response.headers.get('retry-after');
  const error = new Error(
    [fields || (result.detail ?? `Error ${response.status}.`), wait && `Try again in ${wait} s.`]
      .filter(Boolean)
      .join(' '),
  );
  error.status = response.status;
  throw error;
}
