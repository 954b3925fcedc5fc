import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { PublicRouteName, Scope } from '#config';
import type { Principal } from './principal.js';

export const PUBLIC_METADATA = 'feedback-loop:public';
export const SCOPES_METADATA = 'feedback-loop:scopes';
export const UNLIMITED_METADATA = 'feedback-loop:unlimited';
export const PUBLISHABLE_METADATA = 'feedback-loop:publishable';
export const TOKEN_METADATA = 'feedback-loop:feedback-token';
export const OPENABLE_METADATA = 'feedback-loop:openable';

/** The route needs no key. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC_METADATA, true);

/** The route needs a key, or a session, with one of `scopes`. */
export const Scopes = (...scopes: [Scope, ...Scope[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(SCOPES_METADATA, scopes),
    ApiSecurity('bearer'),
    ApiSecurity('api_key'),
    ApiSecurity('session'),
    ApiExtension('x-scopes', scopes),
  );

/** The route has no rate limit. Only for routes of operators and administrators, whose callers are authenticated. */
export const Unlimited = (): MethodDecorator & ClassDecorator => SetMetadata(UNLIMITED_METADATA, true);

/** Publishable keys may use this route. They are refused on all other routes, whatever their scopes. */
export const Publishable = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLISHABLE_METADATA, true);

/**
 * The route accepts a feedback token instead of a key. The handler must call `FeedbackTokens.prove` with the prediction
 * before it does anything for the caller.
 */
export const FeedbackTokenAllowed = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(TOKEN_METADATA, true), ApiSecurity('feedback_token'));

/** Returns whether publishable keys may use a URL. CORS needs the URL, because a preflight request has no key. */
export function isOpenToPublishableKeys(url: string): boolean {
  return /^\/api\/(?:v1\/)?feedback(?:[/?]|$)|^\/api\/v1\/predictions\/[^/?]+\/feedback(?:\?|$)/.test(url);
}

/** The route is a path of a legacy system. FL_PUBLIC_ROUTES may open it under this name. */
export const OpenableAs = (name: PublicRouteName): MethodDecorator & ClassDecorator =>
  SetMetadata(OPENABLE_METADATA, name);

/** The caller, which is also the tenant context that repositories take first. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!principal) throw new Error('a public route has no caller');
  return principal;
});
