import { STATUS_CODES } from 'node:http';
import { AppError, type FieldError } from '#kernel';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Problem details of RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  correlation_id: string;
  errors: FieldError[];
}

interface ErrorLike {
  status?: unknown;
  statusCode?: unknown;
  code?: unknown;
  getStatus?: () => number;
}

const FRAMEWORK_ERRORS: Record<number, { code: string; detail: string }> = {
  400: { code: 'bad_request', detail: 'The request could not be read.' },
  404: { code: 'not_found', detail: 'This path does not exist.' },
  405: { code: 'method_not_allowed', detail: 'This path does not support the method.' },
  408: { code: 'request_timeout', detail: 'The request took too long to arrive.' },
  413: { code: 'body_too_large', detail: 'The body is too large for this path.' },
  414: { code: 'uri_too_long', detail: 'The address is too long.' },
  415: { code: 'unsupported_media_type', detail: 'This path does not support the content type.' },
  417: { code: 'expectation_failed', detail: 'The server does not support the Expect header.' },
  431: { code: 'headers_too_large', detail: 'The headers are too large.' },
};

/**
 * The client disconnected before its body had arrived. There is no reader for the response, and no operator must act.
 */
export class ClientGoneError extends AppError {
  constructor() {
    super({
      code: 'client_gone',
      status: 400,
      title: 'Bad Request',
      detail: 'The connection was closed before the body had arrived.',
      logLevel: 'debug',
    });
  }
}

/** Converts any error to an `AppError`. An unknown error becomes a 500 that reveals nothing to the client. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const like = (error ?? {}) as ErrorLike;
  const status = Number(typeof like.getStatus === 'function' ? like.getStatus() : (like.statusCode ?? like.status));
  const known = FRAMEWORK_ERRORS[status];
  if (known) return new AppError({ ...known, status, title: STATUS_CODES[status] ?? 'Error', cause: error });
  if (status >= 400 && status < 500) return toAppError({ status: 400 });
  return new AppError({
    code: 'internal_error',
    status: 500,
    title: 'Internal error',
    detail: 'An unexpected error occurred. Find it in the log by the correlation id.',
    cause: error,
  });
}

export function toProblem(error: AppError, correlationId: string): Problem {
  return {
    type: `urn:feedback-loop:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.detail ?? error.title,
    code: error.code,
    correlation_id: correlationId,
    errors: error.errors,
  };
}
