import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { AllowedMethods } from '../hooks/allowed-methods.registry.js';
import { unsupportedMedia } from './unsupported-media.js';
import { PROBLEM_TYPE, toAppError, toProblem } from './problem.js';

const UNMATCHED_CODES = new Set(['not_found', 'unsupported_media_type']);

/** Converts every error, including those of the framework, to a problem+json response. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    private readonly allowedMethods: AllowedMethods,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const appError = this.refine(toAppError(error), request, reply);
    const correlationId = request.correlation?.correlationId ?? '';
    this.log(appError, error, correlationId, request);
    if (reply.raw.headersSent) {
      // A streamed response failed half-way. Closing the connection is the only way left to signal it.
      reply.raw.destroy();
      return;
    }
    if (appError.retryAfterSeconds !== undefined) void reply.header('retry-after', String(appError.retryAfterSeconds));
    // The rest of the body is not read, so the connection cannot be reused.
    if (!request.raw.complete) void reply.header('connection', 'close');
    if (appError.status === 401) void reply.header('www-authenticate', 'Bearer realm="feedback-loop"');
    void reply
      .status(appError.status)
      .header('content-type', PROBLEM_TYPE)
      .send(JSON.stringify(toProblem(appError, correlationId)));
  }

  /** Returns 405 with `Allow` if the path exists for other methods, and a 415 that names what the path accepts. */
  private refine(error: AppError, request: FastifyRequest, reply: FastifyReply): AppError {
    // The body of a request is read even when no route matches, so its content type can fail first.
    const isUnmatched = request.routeOptions.url === undefined && UNMATCHED_CODES.has(error.code);
    if (isUnmatched) {
      const methods = this.allowedMethods.of(request.url);
      if (methods.length === 0) return toAppError({ status: 404 });
      void reply.header('allow', methods.join(', '));
      return toAppError({ status: 405 });
    }
    if (error.code !== 'unsupported_media_type') return error;
    const media = unsupportedMedia(request);
    void reply.headers(media.headers);
    return media.error;
  }

  private log(error: AppError, original: unknown, correlationId: string, request: FastifyRequest): void {
    if (error.status < 500 && error.logLevel !== 'error' && error.logLevel !== 'warn') return;
    this.logger[error.logLevel](
      {
        correlation_id: correlationId,
        route: request.routeOptions?.url,
        code: error.code,
        status: error.status,
        remedy: error.remedy,
        err: error === original ? (error.cause ?? error) : original,
      },
      error.status >= 500 && error.code === 'internal_error' ? 'unexpected error' : error.message,
    );
  }
}
