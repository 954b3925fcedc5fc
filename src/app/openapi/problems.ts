import type { FieldError } from '#kernel';
import type { Header, Response } from './document.js';

interface ProblemKind {
  name: string;
  description: string;
  /** A typical error with this status. */
  example: { code: string; title: string; detail: string; errors?: FieldError[] };
  headers?: Record<string, Header>;
}

const header = (description: string, type: string): Header => ({ description, schema: { type } });

const RETRY_AFTER = {
  'Retry-After': header('Seconds to wait before the request may be repeated.', 'integer'),
};

export const CORRELATION_ID = {
  'X-Correlation-ID': header(
    'The id that the request carried, or a new one; it finds the request in the log.',
    'string',
  ),
};

/** The shared response of each error status. */
const PROBLEMS: Record<number, ProblemKind> = {
  400: {
    name: 'BadRequestProblem',
    description:
      'The request cannot be read: the body is not valid JSON, is nested too deeply or holds a NUL character.',
    example: { code: 'malformed_json', title: 'Unreadable request', detail: 'The body is not valid JSON.' },
  },
  401: {
    name: 'UnauthorizedProblem',
    description: 'The request has no key or session, or one that is unknown, expired or revoked.',
    example: {
      code: 'unauthenticated',
      title: 'Authentication required',
      detail: 'Send a valid API key as "Authorization: Bearer fl_…" or "X-API-Key".',
    },
    headers: { 'WWW-Authenticate': header('`Bearer`', 'string') },
  },
  403: {
    name: 'ForbiddenProblem',
    description: 'The key or session lacks the scope, or the page is not an allowed origin.',
    example: { code: 'forbidden', title: 'Forbidden', detail: 'This request needs scope read.' },
  },
  404: {
    name: 'NotFoundProblem',
    description: 'The resource does not exist, or it belongs to another tenant.',
    example: { code: 'not_found', title: 'Not Found', detail: 'The prediction was not found.' },
  },
  405: {
    name: 'MethodNotAllowedProblem',
    description: 'The path does not take this method.',
    example: {
      code: 'method_not_allowed',
      title: 'Method Not Allowed',
      detail: 'This path does not support the method.',
    },
    headers: { Allow: header('The methods that the path takes.', 'string') },
  },
  408: {
    name: 'RequestTimeoutProblem',
    description: 'The body took too long to arrive.',
    example: { code: 'request_timeout', title: 'Request Timeout', detail: 'The request took too long to arrive.' },
  },
  409: {
    name: 'ConflictProblem',
    description:
      'The chosen id belongs to another record, or a request with the same `Idempotency-Key` is in progress.',
    example: {
      code: 'id_taken',
      title: 'Conflict',
      detail: 'A record with this id exists already and is not this one.',
      errors: [{ path: 'id', message: 'is taken' }],
    },
    headers: RETRY_AFTER,
  },
  412: {
    name: 'PreconditionFailedProblem',
    description: 'Another change came first: `If-Match` names an earlier version.',
    example: {
      code: 'precondition_failed',
      title: 'Precondition failed',
      detail: 'The resource has changed: read it again.',
      errors: [{ path: 'If-Match', message: 'is not the current version' }],
    },
  },
  413: {
    name: 'BodyTooLargeProblem',
    description: 'The body is too large.',
    example: {
      code: 'body_too_large',
      title: 'Payload Too Large',
      detail: 'The body is too large for this path.',
    },
  },
  414: {
    name: 'UriTooLongProblem',
    description: 'The URL is too long.',
    example: { code: 'uri_too_long', title: 'URI Too Long', detail: 'The address is too long.' },
  },
  415: {
    name: 'UnsupportedMediaTypeProblem',
    description: 'The path does not take this content type or encoding.',
    example: {
      code: 'unsupported_media_type',
      title: 'Unsupported Media Type',
      detail: 'This path does not accept text/plain: send application/json.',
    },
    headers: {
      Accept: header('The content types that the path accepts, if the content type is refused.', 'string'),
      'Accept-Encoding': header('`identity`, if the body is compressed.', 'string'),
    },
  },
  422: {
    name: 'InvalidRequestProblem',
    description: 'The request can be read, but fields are invalid; `errors` names each of them.',
    example: {
      code: 'validation_failed',
      title: 'Invalid request',
      detail: 'The request has invalid fields.',
      errors: [{ path: 'texts.3', message: 'must be a string' }],
    },
  },
  428: {
    name: 'PreconditionRequiredProblem',
    description: '`If-Match` is missing.',
    example: {
      code: 'precondition_required',
      title: 'Precondition required',
      detail: 'Send If-Match with the ETag of the version that you have seen, or "*".',
      errors: [{ path: 'If-Match', message: 'is required' }],
    },
  },
  429: {
    name: 'TooManyRequestsProblem',
    description: 'A rate limit is exceeded.',
    example: {
      code: 'rate_limited',
      title: 'Too many requests',
      detail: 'Too many requests: wait for the time in Retry-After.',
    },
    headers: {
      ...RETRY_AFTER,
      RateLimit: header('Remaining requests by limit.', 'string'),
      'RateLimit-Policy': header('The limits.', 'string'),
      'X-RateLimit-Limit': header('The limit that is closest to being exceeded.', 'integer'),
      'X-RateLimit-Remaining': header('Remaining requests of that limit.', 'integer'),
      'X-RateLimit-Reset': header('Seconds until that limit resets.', 'integer'),
    },
  },
  431: {
    name: 'HeadersTooLargeProblem',
    description: 'The headers are too large.',
    example: {
      code: 'headers_too_large',
      title: 'Request Header Fields Too Large',
      detail: 'The headers are too large.',
    },
  },
  500: {
    name: 'InternalErrorProblem',
    description: 'The server failed; the correlation id finds the error in its log.',
    example: {
      code: 'internal_error',
      title: 'Internal error',
      detail: 'An unexpected error occurred. Find it in the log by the correlation id.',
    },
  },
  503: {
    name: 'UnavailableProblem',
    description: 'Something that the server needs is unavailable.',
    example: {
      code: 'database_unavailable',
      title: 'Temporarily unavailable',
      detail: 'The database cannot be reached.',
    },
    headers: RETRY_AFTER,
  },
};

/** Returns the name of the shared response for an error status. @throws Error for a status without one */
export function problemName(status: string): string {
  const kind = PROBLEMS[Number(status)];
  if (!kind) throw new Error(`status ${status} has no shared response: add it to PROBLEMS`);
  return kind.name;
}

/** Returns the shared responses by name. */
export function problemResponses(): Record<string, Response> {
  return Object.fromEntries(
    Object.entries(PROBLEMS).map(([status, { description, example, headers, name }]) => [
      name,
      {
        description,
        headers: { ...CORRELATION_ID, ...headers },
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            example: {
              type: `urn:feedback-loop:problem:${example.code}`,
              title: example.title,
              status: Number(status),
              detail: example.detail,
              code: example.code,
              correlation_id: '0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11',
              errors: example.errors ?? [],
            },
          },
        },
      },
    ]),
  );
}
