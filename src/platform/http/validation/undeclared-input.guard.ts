import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { type FieldError, UnreadableRequestError, ValidationError } from '#kernel';
import { UnreadBody } from '../bodies/unread-body.js';

/** Paths of the current API. Paths of the legacy systems ignore what they do not know. */
const STRICT_PATHS = ['/api/v1/', '/admin/api/'];
/** Bounds the response to a body with thousands of members. */
const MAX_ERRORS = 100;

interface DeclaredInput {
  query: boolean;
  body: boolean;
}

/**
 * Refuses input in a place that a route does not read, because a caller who sends `dry_run` in the body of a route that
 * looks for it in the query would delete what they wanted to count.
 *
 * - Query parameters of a route without any, and members of a body that a route does not take, are named (422). An
 *   empty body and `{}` count as no body.
 * - Applies to the current API, and to DELETE on every path.
 * - A route that declares query parameters or a body checks the names itself.
 *
 * Runs after authentication and rate limits, like every other check of the input.
 */
@Injectable()
export class UndeclaredInputGuard implements CanActivate {
  private readonly declared = new WeakMap<object, DeclaredInput>();

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { body, query } = this.declaredBy(context);
    if (!body) dropEmptyBody(request);
    if (body && query) return true;
    if (!isStrict(request)) return true;
    const errors = [...(query ? [] : unknownParameters(request.query)), ...(body ? [] : unknownMembers(request.body))];
    if (errors.length > 0) throw new ValidationError(errors.slice(0, MAX_ERRORS));
    return true;
  }

  private declaredBy(context: ExecutionContext): DeclaredInput {
    const handler = context.getHandler();
    let declared = this.declared.get(handler);
    if (!declared) {
      const parameters = Object.keys(
        (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name) as object | undefined) ?? {},
      );
      const has = (kind: RouteParamtypes): boolean => parameters.some((key) => key.startsWith(`${kind}:`));
      declared = { query: has(RouteParamtypes.QUERY), body: has(RouteParamtypes.BODY) };
      this.declared.set(handler, declared);
    }
    return declared;
  }
}

function isStrict(request: FastifyRequest): boolean {
  const { url = '' } = request.routeOptions;
  return request.method === 'DELETE' || STRICT_PATHS.some((path) => url.startsWith(path));
}

/** Clients such as axios announce JSON on every request, even without a body. */
function dropEmptyBody(request: FastifyRequest): void {
  const { body } = request;
  if (body instanceof UnreadBody && body.error instanceof UnreadableRequestError && body.error.code === 'empty_body')
    request.body = undefined;
}

function unknownParameters(query: unknown): FieldError[] {
  return Object.keys((query ?? {}) as object).map((path) => ({ path, message: 'is not a known field' }));
}

function unknownMembers(body: unknown): FieldError[] {
  // The next guard reports a body that could not be read.
  if (body === undefined || body === null || body instanceof UnreadBody) return [];
  if (typeof body !== 'object' || Array.isArray(body))
    return [{ path: '', message: 'must be empty: this route takes no body' }];
  return Object.keys(body).map((path) => ({
    path,
    message: 'is not a known field: this route takes no body',
  }));
}
