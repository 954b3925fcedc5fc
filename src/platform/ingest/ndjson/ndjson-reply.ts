import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Streams the lines of an answer. What fails before the first of them is still an error with its own status. */
export async function replyNdjson(reply: FastifyReply, lines: AsyncGenerator<string>): Promise<void> {
  const first = await lines.next();
  const answer = async function* (): AsyncGenerator<string> {
    if (!first.done) yield first.value;
    yield* lines;
  };
  await reply.status(200).type('application/x-ndjson').send(Readable.from(answer()));
}
