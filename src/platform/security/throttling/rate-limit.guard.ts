import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UNLIMITED_METADATA } from '../decorators.js';
import { limitHeaders, RateLimiter, RateLimitError } from './rate-limiter.service.js';

/** Applies rate limits after authentication. Public routes (probes, documents) and routes of operators have none. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly unlimited = new Map<unknown, boolean>();

  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { principal } = request;
    if (!principal || this.isUnlimited(context)) return true;
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    try {
      void reply.headers(limitHeaders(await this.limiter.take(principal, request.ip)));
    } catch (error) {
      if (error instanceof RateLimitError) void reply.headers(limitHeaders(error.states));
      throw error;
    }
    return true;
  }

  private isUnlimited(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    const known = this.unlimited.get(handler);
    if (known !== undefined) return known;
    const targets = [handler, context.getClass()];
    const found = this.reflector.getAllAndOverride<boolean | undefined>(UNLIMITED_METADATA, targets) ?? false;
    this.unlimited.set(handler, found);
    return found;
  }
}
