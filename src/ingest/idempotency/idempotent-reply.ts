import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClaimMaker, IdempotencyService, KeyedRequest, RecordedAnswer } from './idempotency.service.js';

/** The `Idempotency-Key` of the request, if it has one. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  return Array.isArray(header) ? header.join(', ') : header;
});

/** Serves a keyed request and says in the answer's head whether it is a repetition. */
export async function answerOnce<T>(
  idempotency: IdempotencyService,
  reply: FastifyReply,
  request: KeyedRequest,
  work: (claim: ClaimMaker) => Promise<RecordedAnswer>,
): Promise<T> {
  const { body, replayed, status } = await idempotency.run(request, work);
  if (replayed) void reply.header('idempotent-replayed', 'true');
  void reply.status(status);
  return body as T;
}
