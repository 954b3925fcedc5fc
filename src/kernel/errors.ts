/**
 * Level of a logged error. A person must act on `error`; `warn` recovers; `info` and `debug` concern the caller only.
 */
export type ErrorLogLevel = 'error' | 'warn' | 'info' | 'debug';

/** One refused field: a path such as `texts.3` or `scores.positive`, and the reason. */
export interface FieldError {
  path: string;
  message: string;
}

export interface AppErrorOptions {
  code: string;
  status: number;
  title: string;
  detail?: string;
  logLevel?: ErrorLogLevel;
  /** Whether the same request may succeed later without a change. */
  retryable?: boolean;
  /** What an operator should do. It is logged, and never sent to the client. */
  remedy?: string;
  errors?: FieldError[];
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * Base of all errors that the product raises. Features define their own codes in subclasses.
 *
 * - only `status`, `code`, `title`, `detail` and `errors` reach the client, as problem+json
 * - `remedy` and `cause` reach the log only
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly logLevel: ErrorLogLevel;
  readonly retryable: boolean;
  readonly remedy: string | undefined;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(options: AppErrorOptions) {
    super(options.detail ?? options.title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.status = options.status;
    this.title = options.title;
    this.detail = options.detail;
    this.logLevel = options.logLevel ?? (options.status >= 500 ? 'error' : 'info');
    this.retryable = options.retryable ?? false;
    this.remedy = options.remedy;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Returns the `code` of an error of this product, of Node or of a driver; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Returns whether the error says that the same work may succeed later without a change. */
export function isRetryable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true;
}

/** 422: the request is well-formed, but the value of a field is refused. */
export class ValidationError extends AppError {
  constructor(errors: FieldError[], detail = 'The request has invalid fields.') {
    super({ code: 'validation_failed', status: 422, title: 'Invalid request', detail, errors });
  }
}

/** 400: the body, the query or a header cannot be read, or a guard refused it. */
export class UnreadableRequestError extends AppError {
  constructor(code: string, detail: string, errors: FieldError[] = []) {
    super({ code, status: 400, title: 'Unreadable request', detail, errors });
  }
}

/** 401: the key is missing, unknown, expired or revoked. The response never reveals which. */
export class AuthenticationError extends AppError {
  constructor(detail = 'Send a valid API key as "Authorization: Bearer fl_…" or "X-API-Key".') {
    super({ code: 'unauthenticated', status: 401, title: 'Authentication required', detail });
  }
}

/** 403: the key is valid but lacks the scope. */
export class ForbiddenError extends AppError {
  constructor(detail: string) {
    super({ code: 'forbidden', status: 403, title: 'Forbidden', detail });
  }
}

/** 404: the record does not exist, or it belongs to another tenant. */
export class NotFoundError extends AppError {
  constructor(what: string) {
    super({ code: 'not_found', status: 404, title: 'Not Found', detail: `${what} was not found.` });
  }
}

/** 503 with `Retry-After`: a dependency of this server is temporarily unavailable. */
export class UnavailableError extends AppError {
  constructor(options: { code: string; detail: string; remedy?: string; cause?: unknown; logLevel?: ErrorLogLevel }) {
    super({
      logLevel: 'warn',
      ...options,
      status: 503,
      title: 'Temporarily unavailable',
      retryable: true,
      // Jitter keeps the clients from returning in the same second after an outage.
      retryAfterSeconds: 1 + Math.floor(Math.random() * 5),
    });
  }
}
