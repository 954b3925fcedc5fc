import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { BaseTransportOptions, Client, Event, Exception, StackParser } from '@sentry/core';
import { VERSION } from '#kernel';
import type { FeedbackLoopConfig } from '#config';
import { allowedFields, serializeError } from './log-fields.js';

interface Reporter {
  client: Client;
  parseStack: StackParser;
  environment: string;
}

const MAX_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
const FLUSH_TIMEOUT_MS = 2000;
const SEND_TIMEOUT_MS = 5000;
const LEVELS: Record<number, 'error' | 'fatal'> = { 50: 'error', 60: 'fatal' };

/** One for the process, because the logger that uses it is created before any module. */
let reporter: Reporter | undefined;
let windowStart = 0;
let inWindow = 0;

/**
 * Starts to report log lines of level error to Sentry, if FL_SENTRY_DSN is set. Without it no package is loaded.
 *
 * - a report has the fields of the log line and the stack; bodies, headers, texts and parameters never reach a log line
 *
 * @throws Error when the optional package `@sentry/core` is not installed, or FL_SENTRY_DSN is not a valid DSN
 */
export async function startErrorReports({
  observability: { sentryDsn, sentryEnvironment },
}: Pick<FeedbackLoopConfig, 'observability'>): Promise<void> {
  if (sentryDsn === undefined) return;
  const [sentry, server] = await Promise.all([import('@sentry/core'), import('@sentry/core/server')]);
  if (!sentry.makeDsn(sentryDsn)) throw new Error('FL_SENTRY_DSN is not a Sentry DSN.');
  const parseStack = sentry.createStackParser(server.nodeStackLineParser());
  const client = new server.ServerRuntimeClient({
    dsn: sentryDsn,
    release: `feedback-loop@${VERSION}`,
    environment: sentryEnvironment,
    sendDefaultPii: false,
    integrations: [],
    stackParser: parseStack,
    transport: (options: SenderOptions) =>
      sentry.createTransport(options, ({ body }) => send(options.url, options.headers ?? {}, body)),
  } as unknown as ConstructorParameters<typeof server.ServerRuntimeClient>[0]);
  client.init();
  reporter = { client, parseStack, environment: sentryEnvironment };
}

interface SenderResponse {
  statusCode: number;
  headers: { 'x-sentry-rate-limits': string | null; 'retry-after': string | null };
}

interface SenderOptions extends BaseTransportOptions {
  url: string;
  headers?: Record<string, string>;
}

/** Sends with a timeout. Of the response only the rate limits are read. */
function send(url: string, headers: Record<string, string>, body: string | Uint8Array): Promise<SenderResponse> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, timeout: SEND_TIMEOUT_MS }, (response) => {
      const first = (name: string): string | null => [response.headers[name]].flat()[0] ?? null;
      response.resume();
      resolve({
        statusCode: response.statusCode ?? 0,
        headers: { 'x-sentry-rate-limits': first('x-sentry-rate-limits'), 'retry-after': first('retry-after') },
      });
    });
    call.once('timeout', () => call.destroy(new Error('Sentry does not respond')));
    call.once('error', reject);
    call.end(body);
  });
}

export async function stopErrorReports(): Promise<void> {
  const stopping = reporter;
  reporter = undefined;
  await stopping?.client.flush(FLUSH_TIMEOUT_MS);
}

/** Reports a log line of level error or fatal; at most 60 per minute. */
export function reportLine(level: number, fields: unknown, message: string | undefined): void {
  if (!reporter || level < 50) return;
  const now = Date.now();
  if (now - windowStart > MINUTE_MS) [windowStart, inWindow] = [now, 0];
  if (inWindow++ >= MAX_PER_MINUTE) return;
  try {
    reporter.client.captureEvent(toEvent(reporter, level, fields, message));
  } catch {
    // A failed report must not become an error itself.
  }
}

function toEvent({ environment, parseStack }: Reporter, level: number, fields: unknown, message = ''): Event {
  const { err, ...rest } = allowedFields(
    typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {},
  );
  const tags = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [],
    ),
  );
  const values: Exception[] = [];
  for (let error = err === undefined ? undefined : serializeError(err); error; error = error.cause)
    values.unshift({
      type: error.type,
      value: error.message,
      ...(error.stack === undefined ? {} : { stacktrace: { frames: parseStack(error.stack) } }),
    });
  return {
    level: LEVELS[level] ?? 'error',
    message,
    platform: 'node',
    environment,
    tags,
    ...(values.length > 0 ? { exception: { values } } : {}),
  };
}
