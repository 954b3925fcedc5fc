/** Sends JSON; answers the body, or throws what the problem says in words for people. */
export async function send(path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error('The server cannot be reached.');
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const fields = (answer.errors ?? []).map(({ path: field, message }) => `${field} ${message}`).join('; ');
  const wait = response.headers.get('retry-after');
  const error = new Error(
    [answer.detail ?? `Error ${response.status}.`, fields, wait && `Try again in ${wait} s.`].filter(Boolean).join(' '),
  );
  error.status = response.status;
  throw error;
}
