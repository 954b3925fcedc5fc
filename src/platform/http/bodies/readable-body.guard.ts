import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { UnreadBody } from './unread-body.js';

/**
 * Reports a body that could not be read. Runs after authentication and rate limits: a broken body must neither get a
 * response without a key nor escape the count.
 */
@Injectable()
export class ReadableBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body instanceof UnreadBody) throw body.error;
    return true;
  }
}
