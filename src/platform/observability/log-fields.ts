import { codeOf } from '#kernel';
/**
 * The fields that a log line may have. All others are dropped before it is written, so that a text, a header or a body
 * that is passed by mistake never reaches a log.
 */
export const LOG_FIELDS: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'msg',
  'err',
  'context',
  'correlation_id',
  'method',
  'route',
  'path',
  'status',
  'duration_ms',
  'tenant_id',
  'key_id',
  'code',
  'remedy',
  'component',
  'state',
  'database',
  'version',
  'address',
  'admin_key',
  'model_version',
  'node',
  'migration',
  'migrations',
  'partitions',
  'attempt',
  'wait_ms',
  'offset_ms',
  'step_ms',
  'uncertainty_ms',
  'rows',
  'signal',
  'variables',
  'count',
  'reason',
  'risk',
  'problem',
]);

interface LoggedError {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: LoggedError;
}

/** PostgreSQL repeats the offending value in the message of data errors (class 22) and constraint errors (class 23). */
const REVEALS_VALUES = /^2[23]/;

/** Returns name, message, code and stack of an error, without its parameters, query and detail, which may hold data. */
export function serializeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const code = codeOf(error);
  const revealsValues = code !== undefined && REVEALS_VALUES.test(code);
  return {
    type: error.name,
    message: revealsValues ? 'data refused by the database' : error.message,
    ...(code === undefined ? {} : { code }),
    ...(revealsValues || error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause instanceof Error ? { cause: serializeError(error.cause) } : {}),
  };
}

/** Removes the fields that are not listed. */
export function allowedFields(fields: Record<string, unknown>): Record<string, unknown> {
  let allAllowed = true;
  for (const name in fields) if (!LOG_FIELDS.has(name)) allAllowed = false;
  // The usual case needs no copy.
  if (allAllowed) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => LOG_FIELDS.has(name)));
}
