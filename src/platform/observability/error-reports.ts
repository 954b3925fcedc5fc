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

const MAX_IN_A_MINUTE = 60;
const MINUTE_MS = 60_000;
const FLUSH_MS = 2000;
const SEND_MS = 5000;
const LEVELS: Record<number, 'error' | 'fatal'> = { 50: 'error', 60: 'fatal' };

/** One for the process: the logger reports, and it is made before anything else. */
let reporter: Reporter | undefined;
let window = 0;
let inWindow = 0;

/**
 * Reports what is logged at level error to Sentry when FL_SENTRY_DSN is set, with the fields of the log line and the stack; without it
 * nothing is loaded. Bodies, headers, texts and parameters are not in a log line, and so not in a report.
 * @throws Error when `@sentry/core`, which is optional, is not there, or the address is none
 */
export async function startErrorReports({
  observability: { sentryDsn, sentryEnvironment },
}: Pick<FeedbackLoopConfig, 'observability'>): Promise<void> {
  if (sentryDsn === undefined) return;
  const [sentry, server] = await Promise.all([import('@sentry/core'), import('@sentry/core/server')]);
  if (!sentry.makeDsn(sentryDsn)) throw new Error('FL_SENTRY_DSN is no address of Sentry.');
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

interface Answer {
  statusCode: number;
  headers: { 'x-sentry-rate-limits': string | null; 'retry-after': string | null };
}

interface SenderOptions extends BaseTransportOptions {
  url: string;
  headers?: Record<string, string>;
}

/** Bounded in time; what is answered is thrown away, but for when to come back. */
function send(url: string, headers: Record<string, string>, body: string | Uint8Array): Promise<Answer> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, timeout: SEND_MS }, (answer) => {
      const first = (name: string): string | null => [answer.headers[name]].flat()[0] ?? null;
      answer.resume();
      resolve({
        statusCode: answer.statusCode ?? 0,
        headers: { 'x-sentry-rate-limits': first('x-sentry-rate-limits'), 'retry-after': first('retry-after') },
      });
    });
    call.once('timeout', () => call.destroy(new Error('Sentry does not answer')));
    call.once('error', reject);
    call.end(body);
  });
}

export async function stopErrorReports(): Promise<void> {
  const stopping = reporter;
  reporter = undefined;
  await stopping?.client.flush(FLUSH_MS);
}

/** A line of the log; below level error nothing happens. At most 60 in a minute. */
export function reportLine(level: number, fields: unknown, message: string | undefined): void {
  if (!reporter || level < 50) return;
  const now = Date.now();
  if (now - window > MINUTE_MS) [window, inWindow] = [now, 0];
  if (inWindow++ >= MAX_IN_A_MINUTE) return;
  try {
    reporter.client.captureEvent(toEvent(reporter, level, fields, message));
  } catch {
    // A report that cannot be made must not become an error of its own.
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
