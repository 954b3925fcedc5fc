import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RecordedAnswer } from '../commit/record-plan.js';

/** The `Idempotency-Key` of the request, if it has one. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  return Array.isArray(header) ? header.join(', ') : header;
});

/** Sets status and headers of an answer, and returns its body. */
export function respond<T>(reply: FastifyReply, { body, replayed, status }: RecordedAnswer<T>): T {
  if (replayed) void reply.header('idempotent-replayed', 'true');
  void reply.status(status);
  return body;
}
