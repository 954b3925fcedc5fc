import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClaimOf } from './claim.js';
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

/** Makes something by an administrative request: 201, once for each `Idempotency-Key`. */
export async function makeOnce<T extends { id: string }, R>(
  idempotency: IdempotencyService,
  reply: FastifyReply,
  { key, ...request }: Omit<KeyedRequest, 'key'> & { key: string | undefined },
  toBody: (made: T) => R,
  make: (claimOf?: ClaimOf<T>) => Promise<T>,
): Promise<R> {
  void reply.status(201);
  if (key === undefined) return toBody(await make());
  const answerOf = (made: T): RecordedAnswer => ({ status: 201, body: toBody(made) });
  return answerOnce(idempotency, reply, { ...request, key }, async (claim) =>
    answerOf(await make((made) => claim([made.id], () => answerOf(made)))),
  );
}
