import { AppError, UnavailableError } from '#kernel';

/** The record is not known to be durable. Sending it again with the same id is safe. */
export class NotRecordedError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'not_recorded',
      detail: 'The record could not be stored in time.',
      remedy: 'Look at /health/detailed: the database is away, slow or full.',
      cause,
    });
  }
}

/** Too many records are waiting already; taking more would only make all of them late. */
export class QueueFullError extends UnavailableError {
  constructor() {
    super({
      code: 'queue_full',
      detail: 'Too many records are waiting to be stored.',
      remedy: 'The database is slower than the traffic: look at group_commit_rows and db_query_seconds in /metrics.',
    });
  }
}

/** The database refuses this record itself; sending it again cannot help. */
export class RecordRefusedError extends AppError {
  constructor(cause?: unknown) {
    super({
      code: 'record_refused',
      status: 422,
      title: 'Record refused',
      detail: 'The record holds a value that the database cannot store.',
      logLevel: 'warn',
      cause,
    });
  }
}

/** The key was used before, for another request. */
export class IdempotencyKeyReusedError extends AppError {
  constructor() {
    super({
      code: 'idempotency_key_reused',
      status: 422,
      title: 'Invalid request',
      detail: 'This Idempotency-Key was used before, for another request.',
      errors: [{ path: 'Idempotency-Key', message: 'was used for another request' }],
    });
  }
}

/** The answer to the key was sealed by a server with another encryption key: it is recorded, but cannot be repeated here. */
export class AnswerUnreadableError extends UnavailableError {
  constructor(cause: unknown) {
    super({
      code: 'answer_unreadable',
      detail: 'This Idempotency-Key was answered before, by a server whose answer cannot be read here.',
      remedy: 'Give every replica the same FL_ENCRYPTION_KEY; to rotate, give all of them both keys first.',
      logLevel: 'error',
      cause,
    });
  }
}

/** The first request with this key is still being served. */
export class IdempotencyKeyInUseError extends AppError {
  constructor() {
    super({
      code: 'idempotency_key_in_use',
      status: 409,
      title: 'Conflict',
      detail: 'A request with this Idempotency-Key is being served.',
      retryable: true,
      retryAfterSeconds: 1,
    });
  }
}

/** These ids, chosen by the caller, belong to other records. Whatever else came with them was stored. */
export class IdsTakenError extends AppError {
  constructor(readonly ids: readonly string[]) {
    super({
      code: 'id_taken',
      status: 409,
      title: 'Conflict',
      detail: 'A record with this id exists already and is not this one.',
      errors: [{ path: 'id', message: 'is taken' }],
    });
  }
}

/** Not a failure: the key of the request has been answered before, by this server or another. Never leaves `ingest/`. */
export class AlreadyAnsweredError extends Error {
  constructor(readonly sealedAnswer: string) {
    super('answered before');
  }
}

/** Another process uses this server's spool folder; the server does not start. */
export class SpoolOwnedError extends AppError {
  constructor(path: string) {
    super({
      code: 'spool_owned',
      status: 500,
      title: 'The spool is in use',
      detail: `Another process uses ${path}.`,
      remedy: 'Give every server a data folder of its own (FL_DATA_DIR or FL_SPOOL_DIR), or stop the other process.',
    });
  }
}
