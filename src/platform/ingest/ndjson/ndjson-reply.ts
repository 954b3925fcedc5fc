import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RecordedAnswer } from '../commit/record-plan.js';
import { respond } from '../idempotency/idempotent-reply.js';
import { type NdjsonSink, recordNdjson } from './ndjson-recording.js';

/** A request whose body is a JSON value or NDJSON, and its reply. */
interface JsonOrNdjson {
  body: unknown;
  request: FastifyRequest;
  reply: FastifyReply;
}

/**
 * Sends the response of `record` to a JSON body. Records an NDJSON body of any length line by line, and streams the
 * lines of the response.
 */
export async function recordJsonOrNdjson<T>(
  { body, reply, request }: JsonOrNdjson,
  sink: NdjsonSink<T>,
  record: () => Promise<RecordedAnswer<unknown>>,
): Promise<void> {
  if (body instanceof Readable)
    await streamLines(reply, recordNdjson(sink, body, request.correlation?.correlationId ?? ''));
  else await reply.send(respond(reply, await record()));
}

/** Streams the lines of a response. A failure before the first line still sets the status of the response. */
async function streamLines(reply: FastifyReply, lines: AsyncGenerator<string>): Promise<void> {
  const first = await lines.next();
  const rest = async function* (): AsyncGenerator<string> {
    if (!first.done) yield first.value;
    yield* lines;
  };
  await reply.status(200).type('application/x-ndjson').send(Readable.from(rest()));
}
