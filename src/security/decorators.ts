import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { PublicRouteName, Scope } from '../config/index.js';
import type { Principal } from './principal.js';

export const PUBLIC_METADATA = 'feedback-loop:public';
export const SCOPES_METADATA = 'feedback-loop:scopes';
export const OPENABLE_METADATA = 'feedback-loop:openable';

/** The route needs no key. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC_METADATA, true);

/** The route needs a key with one of `scopes`. */
export const Scopes = (...scopes: [Scope, ...Scope[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(SCOPES_METADATA, scopes), ApiSecurity('bearer'), ApiSecurity('api_key'));

/** A path of an older system: FL_PUBLIC_ROUTES may open it by this name. */
export const OpenableAs = (name: PublicRouteName): MethodDecorator & ClassDecorator =>
  SetMetadata(OPENABLE_METADATA, name);

/** The caller; also the tenant context that repositories take first. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!principal) throw new Error('a public route has no caller');
  return principal;
});
