import { type DestinationStream, pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { FeedbackLoopConfig } from '#config';
import { reportLine } from './error-reports.js';
import { allowedFields, serializeError } from './log-fields.js';

export type AppLogger = Logger;
export const APP_LOGGER = Symbol('AppLogger');

const FLUSH_INTERVAL_MS = 500;

/** Fields of a request that are in its message. */
const REQUEST_FIELDS = ['method', 'route', 'path', 'status', 'duration_ms'];

/** The text format for a terminal: one line for each request, with what a developer looks for first. */
export const READABLE: pretty.PrettyOptions = {
  singleLine: true,
  translateTime: 'SYS:HH:MM:ss.l',
  ignore: ['pid', ...REQUEST_FIELDS].join(','),
  messageFormat: (line, key) => {
    const { duration_ms: duration, method, path, route, status } = line;
    if (typeof method !== 'string') return String(line[key]);
    return `${method} ${String(path ?? route)} ${String(status)} ${String(duration)} ms`;
  },
};

/**
 * Creates the logger of the process: JSON lines, or readable text on a terminal.
 *
 * - buffers 8 kB, and writes at least twice a second and at exit, because one write call per request would cost more
 *   than the request
 * - writes only the fields of `LOG_FIELDS`
 * - `output` replaces standard output, and gets JSON lines without delay
 */
export function createLogger(
  config: Pick<FeedbackLoopConfig, 'logging' | 'observability'>,
  output?: DestinationStream,
): AppLogger {
  const readable =
    config.logging.format === 'pretty' || (config.logging.format === 'auto' && process.stdout.isTTY === true);
  const options = {
    level: config.logging.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: allowedFields },
    serializers: { err: serializeError },
    // Installed only when it is needed, because the hook runs for every line.
    ...(config.observability.sentryDsn === undefined ? {} : { hooks: { logMethod: reportAndLog } }),
  };
  if (output) return pino(options, output);
  if (readable) return pino(options, pretty({ ...READABLE, colorize: process.stdout.isTTY === true, sync: true }));
  const destination = pino.destination({ dest: 1, minLength: 8192, sync: true });
  const timer = setInterval(() => destination.flush(), FLUSH_INTERVAL_MS);
  timer.unref();
  process.once('exit', () => {
    try {
      destination.flushSync();
    } catch {
      // Standard output is a closed pipe, so the line has no reader.
    }
  });
  return pino(options, destination);
}

function reportAndLog(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn, level: number): void {
  const [fields, message] = args as unknown as [unknown, string | undefined];
  reportLine(level, fields, typeof fields === 'string' ? fields : message);
  method.apply(this, args);
}
