import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'Authorization, X-API-Key, X-Feedback-Token, X-Correlation-ID, Idempotency-Key, If-Match, Content-Type';
const EXPOSED_HEADERS =
  'X-Correlation-ID, ETag, Retry-After, Idempotent-Replayed, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset';
const PREFLIGHT_SECONDS = '600';
const PUBLISHABLE_KEY = /^(?:bearer +)?fl_pub_/i;

/**
 * Lets pages of the listed origins call the API, and pages of no other origin.
 *
 * - never allows cookies: a page proves itself with its key, not with the session of its visitor
 * - allows the preflight of pages with a publishable key, because a preflight carries no key; the request itself is
 *   refused when the key is not valid for the origin
 * - lets a page read every response, errors included, to what it sends with a publishable key or a feedback token;
 *   `hideFromPages` takes that back when the key is not valid for the origin
 */
export function addCors(
  fastify: FastifyInstance,
  origins: readonly string[],
  allowsPublishableKeys: (url: string) => boolean,
): void {
  const allowed = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    if (origin === undefined) {
      done();
      return;
    }
    void reply.header('vary', 'Origin');
    const listed = allowed.has(origin);
    if (listed || (sendsPageCredential(request) && allowsPublishableKeys(request.url))) allowOrigin(reply, origin);
    const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!preflight) {
      done();
      return;
    }
    if (listed || allowsPublishableKeys(request.url)) {
      allowOrigin(reply, origin);
      void reply.headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': PREFLIGHT_SECONDS,
      });
    }
    void reply.status(204).send();
  });
}

/** Allows the page to read the response. */
function allowOrigin(reply: FastifyReply, origin: string): void {
  void reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED_HEADERS });
}

/** Forbids a page to read the response. */
export function hideFromPages(reply: FastifyReply): void {
  reply.removeHeader('access-control-allow-origin').removeHeader('access-control-expose-headers');
}

/** Whether the request carries what is made for pages. Secret keys do not belong there. */
function sendsPageCredential({ headers }: FastifyRequest): boolean {
  return (
    headers['x-feedback-token'] !== undefined ||
    PUBLISHABLE_KEY.test(headers.authorization ?? '') ||
    PUBLISHABLE_KEY.test(String(headers['x-api-key'] ?? ''))
  );
}
