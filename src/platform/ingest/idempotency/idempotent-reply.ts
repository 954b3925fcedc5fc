import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RecordedAnswer } from '../commit/record-plan.js';

/** Injects the `Idempotency-Key` of the request; undefined if it has none. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  return Array.isArray(header) ? header.join(', ') : header;
});

/** Sets the status and headers of a response, and returns its body. */
export function respond<T>(reply: FastifyReply, { body, replayed, status }: RecordedAnswer<T>): T {
  if (replayed) void reply.header('idempotent-replayed', 'true');
  void reply.status(status);
  return body;
}
