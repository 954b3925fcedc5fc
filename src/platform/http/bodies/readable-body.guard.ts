import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { UnreadBody } from './unread-body.js';

/** The last guard: behind who it is and how often, so that a broken body is neither an answer without a key nor one that nobody counts. */
@Injectable()
export class ReadableBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body instanceof UnreadBody) throw body.error;
    return true;
  }
}
