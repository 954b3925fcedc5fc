/** The address of `/`, which a proxy may serve below a path: this file is at docs/assets/start.js. */
const ROOT = new URL('../../', import.meta.url);
const READ_ONLY = new Set(['GET', 'HEAD']);

const place = document.getElementById('swagger-ui');
const credential = document.getElementById('credential');
const problem = document.getElementById('problem');

/** Shows the document. Without the right to read it, asks for a key. */
async function show(key) {
  problem.textContent = '';
  const response = await fetch(new URL(place.dataset.document, ROOT), {
    headers: key ? { authorization: `Bearer ${key}` } : {},
  });
  credential.hidden = response.ok;
  if (!response.ok) {
    const { detail } = await response.json().catch(() => ({}));
    if (key || response.status !== 401) problem.textContent = detail ?? `Error ${response.status}.`;
    return;
  }
  const ui = SwaggerUIBundle({
    spec: forThisPage(await response.json()),
    domNode: place,
    deepLinking: true,
    persistAuthorization: false,
    defaultModelsExpandDepth: 0,
    requestInterceptor: withCsrfToken,
    onComplete: () => key && ui.preauthorizeApiKey('bearer', key),
  });
}

/**
 * Prepares the document for reading and trying.
 *
 * - requests go to where this page came from, also below a path
 * - the dialog for keys offers one way to send a key, and offers it last, where Swagger UI puts the cursor: the cookie
 *   of a session is sent by the browser, and cannot be set by a script
 * - errors show no example, because all have the same schema, which would be repeated fourteen times
 */
function forThisPage({ components, ...document }) {
  const { bearer, feedback_token } = components.securitySchemes;
  const securitySchemes = { ...(feedback_token && { feedback_token }), bearer };
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path)))
    operation.security = operation.security?.filter((scheme) =>
      Object.keys(scheme).every((name) => Object.hasOwn(securitySchemes, name)),
    );
  const responses = Object.fromEntries(
    Object.entries(components.responses).map(([name, { description }]) => [name, { description }]),
  );
  return {
    ...document,
    servers: [{ url: ROOT.pathname.replace(/\/$/, '') || '/' }],
    components: { ...components, responses, securitySchemes },
  };
}

/** A change with the cookie of a session is refused without its token. */
async function withCsrfToken(request) {
  if (READ_ONLY.has(request.method.toUpperCase()) || !request.url.startsWith(location.origin)) return request;
  const session = await fetch(new URL('admin/api/session', ROOT));
  if (session.ok) request.headers['X-CSRF-Token'] = (await session.json()).csrf_token;
  return request;
}

credential.addEventListener('submit', async (event) => {
  event.preventDefault();
  await show(new FormData(credential).get('key').trim());
});

await show();
