import { AppError, UnavailableError } from '#kernel';

/** The record may not be durable. Sending it again with the same id is safe. */
export class NotRecordedError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'not_recorded',
      detail: 'The record could not be stored in time.',
      remedy: 'Look at /health/detailed: the database is unavailable, slow or full.',
      cause,
    });
  }
}

/** Too many records are waiting. Accepting more would only delay all of them. */
export class QueueFullError extends UnavailableError {
  constructor() {
    super({
      code: 'queue_full',
      detail: 'Too many records are waiting to be stored.',
      remedy:
        'The database is slower than the traffic: look at feedback_loop_group_commit_rows and feedback_loop_db_query_seconds in /metrics.',
    });
  }
}

/** The database refuses the record itself, so sending it again cannot help. */
export class RecordRefusedError extends AppError {
  constructor(cause?: unknown) {
    super({
      code: 'record_refused',
      status: 422,
      title: 'Record refused',
      detail: 'The record contains a value that the database cannot store.',
      logLevel: 'warn',
      cause,
    });
  }
}

/** The `Idempotency-Key` was used for another request. */
export class IdempotencyKeyReusedError extends AppError {
  constructor() {
    super({
      code: 'idempotency_key_reused',
      status: 422,
      title: 'Invalid request',
      detail: 'This Idempotency-Key was already used for another request.',
      errors: [{ path: 'Idempotency-Key', message: 'was used for another request' }],
    });
  }
}

/**
 * The stored response to the `Idempotency-Key` was encrypted with a key that this server does not have. The record
 * exists, but the response cannot be repeated here.
 */
export class AnswerUnreadableError extends UnavailableError {
  constructor(cause: unknown) {
    super({
      code: 'answer_unreadable',
      detail: 'This Idempotency-Key was used before, but this server cannot decrypt the stored response.',
      remedy: 'Set the same FL_ENCRYPTION_KEY on every replica. To rotate it, set both keys on all of them first.',
      logLevel: 'error',
      cause,
    });
  }
}

/** The first request with this `Idempotency-Key` is still being processed. */
export class IdempotencyKeyInUseError extends AppError {
  constructor() {
    super({
      code: 'idempotency_key_in_use',
      status: 409,
      title: 'Conflict',
      detail: 'A request with this Idempotency-Key is being processed.',
      retryable: true,
      retryAfterSeconds: 1,
    });
  }
}

/** These ids, chosen by the caller, belong to other records. The other rows of the request were stored. */
export class IdsTakenError extends AppError {
  constructor(readonly ids: readonly string[]) {
    super({
      code: 'id_taken',
      status: 409,
      title: 'Conflict',
      detail: 'Another record already has this id.',
      errors: [{ path: 'id', message: 'is taken' }],
    });
  }
}

/**
 * Not a failure: the `Idempotency-Key` already has a response, from this server or another one. Never leaves `ingest/`.
 */
export class AlreadyAnsweredError extends Error {
  constructor(readonly sealedAnswer: string) {
    super('already answered');
  }
}

/** Another process uses the spool folder of this server, so the server does not start. */
export class SpoolOwnedError extends AppError {
  constructor(path: string) {
    super({
      code: 'spool_owned',
      status: 500,
      title: 'The spool is in use',
      detail: `Another process uses ${path}.`,
      remedy: 'Give every server its own folder (FL_DATA_DIR or FL_SPOOL_DIR), or stop the other process.',
    });
  }
}
