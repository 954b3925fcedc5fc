import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ValidationError } from '#kernel';
import type { RecordedAnswer } from '../commit/record-plan.js';
import { respond } from '../idempotency/idempotent-reply.js';
import { type NdjsonSink, recordNdjson } from './ndjson-recording.js';

/** A request whose body is a JSON value or NDJSON, and its reply. */
interface JsonOrNdjson {
  body: unknown;
  /** The route also accepts a JSON array. Default: false. */
  takesList?: boolean;
  request: FastifyRequest;
  reply: FastifyReply;
}

/**
 * Sends the response of `record` to a JSON body. Records an NDJSON body of any length line by line, and streams the
 * lines of the response.
 *
 * @throws ValidationError that names NDJSON if the body is a list
 */
export async function recordJsonOrNdjson<T>(
  { body, reply, request, takesList = false }: JsonOrNdjson,
  sink: NdjsonSink<T>,
  record: () => Promise<RecordedAnswer<unknown>>,
): Promise<void> {
  if (body instanceof Readable)
    await streamLines(reply, recordNdjson(sink, body, request.correlation?.correlationId ?? ''));
  else if (Array.isArray(body) && !takesList)
    throw new ValidationError([
      { path: '', message: 'must be an object: send several as application/x-ndjson, one on each line' },
    ]);
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
