import { STATUS_CODES } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { AppError } from '#kernel';

interface UnsupportedMedia {
  error: AppError;
  /** `Accept` or `Accept-Encoding` (RFC 9110, 15.5.16): tells which of the two was refused. */
  headers: Record<string, string>;
}

/** Returns a 415 that names what the path accepts, so that a client can be corrected without reading the docs. */
export function unsupportedMedia(request: FastifyRequest): UnsupportedMedia {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return {
      error: mediaError(
        `The server does not read bodies with Content-Encoding ${quoted(encoding)}: send it uncompressed.`,
      ),
      headers: { 'accept-encoding': 'identity' },
    };
  const accepted = acceptedTypes(request);
  const sent = request.headers['content-type'];
  const problem = sent === undefined ? 'The request has no Content-Type' : `This path does not accept ${quoted(sent)}`;
  return {
    error: mediaError(`${problem}: send ${accepted.join(' or ')}.`),
    headers: { accept: accepted.join(', ') },
  };
}

function mediaError(detail: string): AppError {
  return new AppError({ code: 'unsupported_media_type', status: 415, title: STATUS_CODES[415] as string, detail });
}

/** A header of any length and any characters must not become part of a message as it is. */
function quoted(header: string): string {
  return header.replaceAll(/[^\w!#$&^.+/; =-]/g, '').slice(0, 80);
}

function acceptedTypes(request: FastifyRequest): string[] {
  const { multipart = false, ndjson = false } = request.routeOptions.config as {
    multipart?: boolean;
    ndjson?: boolean;
  };
  return [
    'application/json',
    ...(ndjson ? ['application/x-ndjson'] : []),
    ...(multipart ? ['multipart/form-data'] : []),
  ];
}
