import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthenticationError, DEFAULT_TENANT_ID, ForbiddenError } from '#kernel';
import { FeedbackLoopConfig, type PublicRouteName, type Scope, SCOPES } from '#config';
import { hideFromPages } from '#http';
import { ApiKeysService } from './api-keys.service.js';
import { Authenticators } from './authenticators.registry.js';
import {
  OPENABLE_METADATA,
  PUBLIC_METADATA,
  PUBLISHABLE_METADATA,
  SCOPES_METADATA,
  TOKEN_METADATA,
} from './decorators.js';
import type { Principal } from './principal.js';
import { limitHeaders, RateLimiter, RateLimitError } from './throttling/index.js';

const BEARER = /^Bearer +(\S+)$/i;

interface RouteAccess {
  isPublic: boolean;
  scopes: Scope[] | undefined;
  openable: PublicRouteName | undefined;
  /** Whether publishable keys may use the route. */
  publishable: boolean;
  /** Whether the route accepts a feedback token instead of a key. */
  acceptsFeedbackToken: boolean;
}

/** Denies by default: a route is either public, or needs a caller with one of its scopes, or is refused. */
@Injectable()
export class ScopesGuard implements CanActivate {
  private readonly access = new Map<unknown, Map<unknown, RouteAccess>>();
  private readonly everyScope: Principal = { tenantId: DEFAULT_TENANT_ID, keyId: null, scopes: new Set(SCOPES) };

  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeysService,
    private readonly config: FeedbackLoopConfig,
    private readonly limiter: RateLimiter,
    private readonly authenticators: Authenticators,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.accessOf(context);
    const { isPublic, publishable, scopes } = access;
    if (isPublic) return true;
    if (!scopes) throw new ForbiddenError('This route declares no scope.');
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.authenticateCounted(context, request, { ...access, scopes });
    if (principal.publishable && !publishable)
      throw new ForbiddenError('Publishable keys may only send feedback and votes.');
    this.refuseForeignOrigin(context, principal, request.headers.origin);
    if (!scopes.some((scope) => principal.scopes.has(scope))) {
      throw new ForbiddenError(`This request needs scope ${scopes.join(' or ')}.`);
    }
    const correlationId = request.correlation?.correlationId;
    request.principal = correlationId === undefined ? principal : { ...principal, correlationId };
    if (request.correlation) {
      request.correlation.tenantId = principal.tenantId;
      request.correlation.keyId = principal.keyId ?? undefined;
    }
    return true;
  }

  /** Refuses a publishable key on pages of origins that the key does not list, which cannot read the response either. */
  private refuseForeignOrigin(
    context: ExecutionContext,
    { allowedOrigins, publishable }: Principal,
    origin: string | undefined,
  ): void {
    if (!publishable || (origin !== undefined && allowedOrigins?.includes(origin))) return;
    if (origin !== undefined && !this.config.server.corsOrigins.includes(origin))
      hideFromPages(context.switchToHttp().getResponse<FastifyReply>());
    throw new ForbiddenError('This key may not be used on pages of this origin.');
  }

  /** Returns the access rules of a route. They never change, so they are read once for each route. */
  private accessOf(context: ExecutionContext): RouteAccess {
    const controller = context.getClass();
    const handler = context.getHandler();
    const routes = this.access.get(controller) ?? new Map<unknown, RouteAccess>();
    this.access.set(controller, routes);
    const known = routes.get(handler);
    if (known) return known;
    const targets = [handler, controller];
    const access = {
      isPublic: this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_METADATA, targets) ?? false,
      scopes: this.reflector.getAllAndOverride<Scope[] | undefined>(SCOPES_METADATA, targets),
      acceptsFeedbackToken: this.reflector.getAllAndOverride<boolean | undefined>(TOKEN_METADATA, targets) ?? false,
      publishable: this.reflector.getAllAndOverride<boolean | undefined>(PUBLISHABLE_METADATA, targets) ?? false,
      openable: this.reflector.getAllAndOverride<PublicRouteName | undefined>(OPENABLE_METADATA, targets),
    };
    routes.set(handler, access);
    return access;
  }

  /** Authenticates and counts failures against the IP address, so that keys cannot be guessed without limit. */
  private async authenticateCounted(
    context: ExecutionContext,
    request: FastifyRequest,
    access: RouteAccess & { scopes: Scope[] },
  ): Promise<Principal> {
    try {
      return await this.authenticate(request, access);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      const reply = context.switchToHttp().getResponse<FastifyReply>();
      try {
        void reply.headers(limitHeaders(await this.limiter.takeFailure(request.ip)));
      } catch (limited) {
        if (limited instanceof RateLimitError) void reply.headers(limitHeaders(limited.states));
        throw limited;
      }
      throw error;
    }
  }

  private async authenticate(
    request: FastifyRequest,
    { acceptsFeedbackToken, openable, scopes }: RouteAccess & { scopes: Scope[] },
  ): Promise<Principal> {
    const key = keyOf(request);
    // A key is checked even where none is needed. Otherwise a revoked key would seem to work.
    if (key !== undefined) return this.keys.verify(key);
    const identified = await this.authenticators.authenticate(request);
    if (identified) return identified;
    const token = request.headers['x-feedback-token'];
    if (acceptsFeedbackToken && typeof token === 'string')
      return { tenantId: DEFAULT_TENANT_ID, keyId: null, scopes: new Set(scopes), feedbackToken: token };
    if (!this.config.security.apiKeyRequired) return this.everyScope;
    if (openable !== undefined && this.config.security.publicRoutes.includes(openable)) {
      return { tenantId: DEFAULT_TENANT_ID, keyId: null, scopes: new Set(scopes) };
    }
    throw new AuthenticationError();
  }
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const bearer = BEARER.exec(authorization)?.[1];
    if (bearer === undefined) throw new AuthenticationError();
    return bearer;
  }
  const key = headers['x-api-key'];
  if (Array.isArray(key)) throw new AuthenticationError();
  return key;
}
