import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UnreadableRequestError } from '#kernel';
import { type AppLogger, endRequestTrace, type Metrics, traceRequest } from '#observability';
import type { AllowedMethods } from './allowed-methods.registry.js';
import { guardQuery, parseJson } from '../bodies/body-guards.js';
import { BodyMemory } from '../bodies/body-memory.js';
import type { Draining } from './draining.service.js';
import type { ForwardedHeaders } from './forwarded-headers.service.js';
import { MultipartBody } from '../bodies/multipart.js';
import { ClientGoneError, PROBLEM_TYPE, toAppError, toProblem } from '../problem/problem.js';
import type { RequestContext } from './request-context.js';
import { UnreadBody } from '../bodies/unread-body.js';

declare module 'fastify' {
  interface FastifyRequest {
    correlation?: RequestContext;
  }
}

const CORRELATION_ID = /^[\w.-]{1,64}$/;
const JSON_TYPES = ['application/json', /^application\/(?:[\w.-]+\+)?json(?:;|$)/] as const;
/** Maximum time in which a JSON body must arrive, in milliseconds. Streams have their own limit. */
const BODY_TIMEOUT_MS = 15_000;
const QUIET_ROUTES = new Set(['/health', '/health/liveness', '/health/readiness', '/health/startup']);

/** Route of a request that no route matches. */
const UNMATCHED = 'none';
const MAX_SEGMENTS = 3;
const MAX_SEGMENT_CHARACTERS = 40;

/** Headers of every response, including errors. They are constant, so that they cost nothing. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

interface HookDependencies {
  logger: AppLogger;
  metrics: Metrics;
  allowedMethods: AllowedMethods;
  draining: Draining;
  forwarded: ForwardedHeaders;
}

/** Returns the id that the client sent, or a new one. */
function correlationIdOf({ headers }: FastifyRequest): string {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && CORRELATION_ID.test(given) ? given : randomUUID();
}

/** Registers the hooks of every request on the bare Fastify instance, outside Nest's pipeline. */
export function addHooks(fastify: FastifyInstance, dependencies: HookDependencies): void {
  const { allowedMethods, draining, forwarded, logger, metrics } = dependencies;
  fastify.addHook('onRoute', ({ url, method }) => allowedMethods.add(url, method));

  fastify.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationIdOf(request);
    request.correlation = { correlationId, startedAt: process.hrtime.bigint() };
    void reply.headers(SECURITY_HEADERS).header('x-correlation-id', correlationId);
    // Load balancers see the header and stop reusing the connection before the socket closes.
    if (draining.active) void reply.header('connection', 'close');
    if (request.headers['x-forwarded-for'] !== undefined && !comesFromTrustedProxy(request))
      forwarded.recordUntrusted();
    // Node's own check is off, because its response has no body.
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      done(new UnreadableRequestError('host_missing', 'The request has no Host header.'));
      return;
    }
    const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
    const hasBody =
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if (hasBody && encoding !== 'identity') done(toAppError({ status: 415 }));
    else traceRequest(request, done);
  });

  fastify.addHook('preValidation', (request, _reply, done) => {
    try {
      guardQuery(request.query);
      done();
    } catch (error) {
      done(error as Error);
    }
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const context = request.correlation as RequestContext;
    const seconds = Number(process.hrtime.bigint() - context.startedAt) / 1e9;
    const route = request.routeOptions.url ?? UNMATCHED;
    const status = String(reply.statusCode);
    metrics.observeRequest(request.method, route, status, seconds);
    const line = {
      correlation_id: context.correlationId,
      method: request.method,
      route,
      ...(route === UNMATCHED ? { path: startOfPath(request.url) } : {}),
      status: reply.statusCode,
      duration_ms: Math.round(seconds * 1e5) / 100,
      tenant_id: context.tenantId,
      key_id: context.keyId,
    };
    endRequestTrace(request, { route, status: reply.statusCode, correlationId: context.correlationId });
    if (QUIET_ROUTES.has(route)) logger.debug(line, 'request');
    else logger.info(line, 'request');
    done();
  });
}

/**
 * Returns the start of a path that no route matches, so that a mistyped address can be found in the log. The rest may
 * contain the id of a person.
 */
function startOfPath(url: string): string {
  const [path = ''] = url.split('?');
  const segments = path.split('/').slice(1);
  const shown = segments.slice(0, MAX_SEGMENTS).map((segment) => segment.slice(0, MAX_SEGMENT_CHARACTERS));
  return `/${shown.join('/')}${segments.length > MAX_SEGMENTS ? '/…' : ''}`;
}

/** Fastify lists addresses beyond the peer only if it trusts the peer. */
function comesFromTrustedProxy({ ips = [] }: FastifyRequest): boolean {
  return ips.length > 1;
}

/**
 * Replaces Fastify's parsers by guarded JSON, and by NDJSON and form streams for the routes that accept them.
 * `maxBytesWithFiles` limits JSON bodies that hold files.
 */
export function addParsers(fastify: FastifyInstance, maxBytesWithFiles: number): void {
  fastify.removeAllContentTypeParsers();
  for (const type of JSON_TYPES) {
    fastify.addContentTypeParser(type as string, (request: FastifyRequest, payload: Readable, done) => {
      const { holdsFiles } = request.routeOptions.config as { holdsFiles?: boolean };
      readBody(payload, holdsFiles ? maxBytesWithFiles : (request.routeOptions.bodyLimit ?? 1_048_576)).then(
        (bytes) => done(null, bytes),
        (error: Error) => done(null, new UnreadBody(error)),
      );
    });
  }
  fastify.addContentTypeParser(
    'multipart/form-data',
    (request: FastifyRequest, payload: Readable, done: (error: Error | null, body?: MultipartBody) => void) => {
      const { multipart } = request.routeOptions.config as { multipart?: boolean };
      if (multipart) done(null, new MultipartBody(payload, request.headers['content-type'] ?? ''));
      else done(toAppError({ status: 415 }));
    },
  );
  fastify.addContentTypeParser(
    ['application/x-ndjson', 'application/ndjson', 'application/jsonl'],
    (request: FastifyRequest, payload: Readable, done: (error: Error | null, body?: Readable) => void) => {
      const { ndjson } = request.routeOptions.config as { ndjson?: boolean };
      if (ndjson) done(null, payload);
      else done(toAppError({ status: 415 }));
    },
  );
}

/** Only bodies above this size count towards the memory limit. */
const LARGE_BODY_BYTES = 1_048_576;

/** Reads and parses a JSON body of at most `limit` bytes. It must arrive within 15 s. */
function readBody(payload: Readable, limit: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const memory = new BodyMemory();
    const settle = (): void => {
      clearTimeout(timer);
      memory.release();
    };
    const timer = setTimeout(() => fail(toAppError({ status: 408 })), BODY_TIMEOUT_MS);
    const fail = (error: Error): void => {
      settle();
      payload.removeAllListeners('data');
      // The rest is read and dropped, so that the response reaches a client that sends everything before it reads.
      payload.resume();
      reject(error);
    };
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        fail(toAppError({ status: 413 }));
        return;
      }
      chunks.push(chunk);
      if (size <= LARGE_BODY_BYTES) return;
      try {
        memory.reserve(chunk.length);
      } catch (error) {
        fail(error as Error);
      }
    });
    payload.on('error', () => fail(new ClientGoneError()));
    payload.on('end', () => {
      const failed = size > limit;
      settle();
      if (failed) return;
      try {
        resolve(parseJson(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

/**
 * Responds to errors that occur before there is a request: invalid HTTP, too large headers, a client that is too slow.
 */
export function handleClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // A response that is pending or has started on this connection must not be mistaken for this one.
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable || hasPendingResponse(socket)) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const { body, headers, title } = bareProblem(status);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
}

/**
 * Returns whether a response is pending on the socket, even if its headers have not been sent. Node stores it there.
 */
function hasPendingResponse(socket: Socket): boolean {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage != null;
}

/** Responds to `Expect` headers that Node does not know, and to CONNECT. Fastify sees neither. */
export function rejectUnsupportedRequests(server: Server): void {
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    const { body, headers } = bareProblem(417);
    response.writeHead(417, headers).end(body);
  });
  // Without a listener Node closes the connection of a CONNECT without a response.
  server.on('connect', (_: IncomingMessage, socket: Socket) => {
    // Node removes its own listeners from the socket, and an error event without a listener would end the process.
    socket.on('error', () => undefined);
    const { body, headers, title } = bareProblem(405);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 405 ${title}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
  });
}

/** Returns a complete response for errors that reach neither a hook nor a filter. */
function bareProblem(status: number): { title: string; headers: Record<string, string>; body: string } {
  const problem = toAppError({ status });
  const correlationId = randomUUID();
  const body = JSON.stringify(toProblem(problem, correlationId));
  const headers = {
    ...SECURITY_HEADERS,
    'x-correlation-id': correlationId,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  return { title: problem.title, headers, body };
}

/** Responds to errors of the router itself, such as a broken percent escape. */
export function handleFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toAppError(error);
  const correlationId = correlationIdOf(request);
  request.correlation ??= { correlationId, startedAt: process.hrtime.bigint() };
  void reply
    .status(problem.status)
    .headers({ ...SECURITY_HEADERS, 'x-correlation-id': correlationId, 'content-type': PROBLEM_TYPE })
    .send(JSON.stringify(toProblem(problem, correlationId)));
}
