import type { FastifyInstance, FastifyReply } from 'fastify';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'Authorization, X-API-Key, X-Feedback-Token, X-Correlation-ID, Idempotency-Key, If-Match, Content-Type';
const EXPOSED_HEADERS =
  'X-Correlation-ID, ETag, Retry-After, Idempotent-Replayed, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset';
const PREFLIGHT_SECONDS = '600';

/**
 * Lets pages of the listed origins call the API, and pages of no other origin.
 *
 * - never allows cookies: a page proves itself with its key, not with the session of its visitor
 * - allows the preflight of pages with a publishable key, because a preflight carries no key; the request itself is
 *   refused when the key is not valid for the origin
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
    if (listed) allowOrigin(reply, origin);
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
export function allowOrigin(reply: FastifyReply, origin: string): void {
  void reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED_HEADERS });
}
