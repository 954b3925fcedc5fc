import { codeOf } from '#kernel';
/**
 * The fields a log line may carry. Everything else is dropped before it is written, so that a text, a header or a body that
 * somebody passes by mistake never reaches a log.
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
  'rows',
  'signal',
  'variables',
  'count',
  'reason',
]);

interface LoggedError {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: LoggedError;
}

/** PostgreSQL repeats the offending value in the message of a data error (class 22) and of a constraint (class 23). */
const TELLS_VALUES = /^2[23]/;

/** Name, message, code and stack of an error: never its parameters, query or detail, where data would stand. */
export function serializeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const code = codeOf(error);
  const tellsValues = code !== undefined && TELLS_VALUES.test(code);
  return {
    type: error.name,
    message: tellsValues ? 'data refused by the database' : error.message,
    ...(code === undefined ? {} : { code }),
    ...(tellsValues || error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause instanceof Error ? { cause: serializeError(error.cause) } : {}),
  };
}

/** Keeps the allowed fields only. */
export function allowedFields(fields: Record<string, unknown>): Record<string, unknown> {
  let clean = true;
  for (const name in fields) if (!LOG_FIELDS.has(name)) clean = false;
  // Nearly every line: nothing to drop, nothing to copy.
  if (clean) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => LOG_FIELDS.has(name)));
}
