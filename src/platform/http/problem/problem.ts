import { STATUS_CODES } from 'node:http';
import { AppError, type FieldError } from '#kernel';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** RFC 9457. */
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
  404: { code: 'not_found', detail: 'There is nothing at this address.' },
  405: { code: 'method_not_allowed', detail: 'This address does not take that method.' },
  408: { code: 'request_timeout', detail: 'The request took too long to arrive.' },
  413: { code: 'body_too_large', detail: 'The body is larger than this address takes.' },
  414: { code: 'uri_too_long', detail: 'The address is too long.' },
  415: { code: 'unsupported_media_type', detail: 'This address does not take that content type.' },
  417: { code: 'expectation_failed', detail: 'The server cannot do what the Expect header asks for.' },
  431: { code: 'headers_too_large', detail: 'The headers are too large.' },
};

/** The client went away before its body had arrived: nobody reads the answer, and nobody has to be woken. */
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

/** Every error → one `AppError`; what is unknown becomes a 500 that tells the client nothing. */
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
    detail: 'Something went wrong on our side. The correlation id finds it in the log.',
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
