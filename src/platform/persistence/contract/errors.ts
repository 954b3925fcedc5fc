import { AppError, codeOf, UnavailableError } from '#kernel';

/** The database cannot be reached, or the connection was lost. */
export class DatabaseUnavailableError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'database_unavailable',
      detail: 'The database cannot be reached.',
      remedy: 'Check that the database runs and that FL_DB_URI is right; the server reconnects automatically.',
      cause,
    });
  }
}

/** TLS with the database failed: its certificate is refused, or it does not speak TLS. */
export class DatabaseTlsError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'database_unavailable',
      detail: `The database cannot be reached: ${messageOf(cause)}.`,
      remedy:
        'Check sslmode in FL_DB_URI: verify-full needs sslrootcert=<file> for a certificate of your own, require does not check the certificate, disable uses no TLS.',
      cause,
    });
  }
}

/** A pooler in transaction mode refuses the settings of a session. */
export class PoolerRefusedError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'database_unavailable',
      detail: `The connection pooler refuses the connection: ${messageOf(cause)}.`,
      remedy: 'Set FL_DB_POOLER=transaction, and FL_DB_DIRECT_URI to the address of the database itself.',
      cause,
    });
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'no reason was given');

/** The database responds but refuses writes: it is a standby, it is read-only, or permissions are missing. */
export class DatabaseReadOnlyError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'database_read_only',
      detail: 'The database accepts no writes.',
      remedy:
        'Check that it is the primary, that default_transaction_read_only is off, and that the user of FL_DB_URI may write to the tables.',
      logLevel: 'error',
      cause,
    });
  }
}

/** The server has not opened its database. */
export class PersistenceNotReadyError extends UnavailableError {
  constructor() {
    super({
      code: 'persistence_not_ready',
      detail: 'The database is not open yet.',
      remedy: 'Wait for /health/startup, or see in /health/detailed what is missing.',
    });
  }
}

/** A query exceeded its time limit. */
export class QueryTimeoutError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'query_timeout',
      detail: 'The database took too long to respond.',
      remedy:
        'Narrow the range of the request, or look for locks and slow storage; FL_DB_QUERY_TIMEOUT_MS is the limit.',
      cause,
    });
  }
}

/** All connections are busy. */
export class PoolExhaustedError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'pool_exhausted',
      detail: 'All database connections are busy.',
      remedy: 'Raise FL_DB_POOL_SIZE or FL_DB_ANALYTICS_POOL_SIZE, or find what holds the connections.',
      cause,
    });
  }
}

/** The schema belongs to a previous version. */
export class SchemaOutdatedError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'schema_outdated',
      detail: 'The database schema is older than this version of the server.',
      remedy: 'Run `npx feedback-loop migrate up`, or set FL_DB_AUTO_MIGRATE=true.',
      logLevel: 'error',
      cause,
    });
  }
}

/** A key that this server lacks. */
export interface KeyMismatch {
  variable: string;
  /** Id of the key that the database was written with. */
  recorded: string;
  /** Ids of the keys of this server; empty if its start would generate one. */
  own: readonly string[];
}

/** The values of the database were encrypted or hashed with keys that this server does not have. */
export class KeysMismatchError extends UnavailableError {
  constructor(mismatches: readonly KeyMismatch[]) {
    const variables = mismatches.map(({ variable }) => variable).join(' and ');
    const details = mismatches.map(
      ({ own, recorded, variable }) =>
        `${variable}: the database has key ${recorded}, this server has ${own.length === 0 ? 'none' : own.join(', ')}`,
    );
    super({
      code: 'keys_mismatch',
      detail: `The keys of this server do not match the database (${details.join('; ')}).`,
      remedy:
        `Set ${variables} to the value of the servers that use this database. To rotate a key, list the previous one after the new one, with a comma between. ` +
        'If the keys of the database are lost, `npx feedback-loop encryption adopt` replaces them; what they encrypted stays unreadable.',
      logLevel: 'error',
    });
  }
}

/**
 * PostgreSQL has no partition for the month of the row. The server failed to create it; the caller did nothing wrong.
 */
export class PartitionMissingError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'partition_missing',
      detail: 'The database has no partition for that time.',
      remedy:
        'Run `npx feedback-loop migrate up` with the FL_RETENTION_DAYS of the server, or restart the server. Both create the partitions.',
      logLevel: 'error',
      cause,
    });
  }
}

/** The volume of the database is full. */
export class DatabaseFullError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'database_full',
      detail: 'The database cannot grow: its volume is full.',
      remedy: 'Free space on the volume of the database.',
      logLevel: 'error',
      cause,
    });
  }
}

/** Another process holds the SQLite file. */
export class DatabaseLockedError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'database_locked',
      detail: 'Another process holds the database.',
      remedy: 'Let the other process (a migration, a backup, a shell) finish.',
      cause,
    });
  }
}

/** The database rolled this transaction back because of a conflict with another one; a retry helps. */
export class TransactionConflictError extends UnavailableError {
  constructor(cause?: unknown) {
    super({ code: 'transaction_conflict', detail: 'The transaction conflicted with another one: try again.', cause });
  }
}

/** The database file is damaged. */
export class DatabaseCorruptError extends UnavailableError {
  constructor(cause?: unknown) {
    super({
      code: 'database_corrupt',
      detail: 'The database file is damaged.',
      remedy: 'Stop the server and restore the latest backup; keep the damaged file for recovery.',
      logLevel: 'error',
      cause,
    });
  }
}

/** Some rows of a commit that must all be new exist, so nothing was stored. Never leaves `ingest/`. */
export class RowsExistError extends AppError {
  constructor(cause?: unknown) {
    super({ code: 'rows_known', status: 500, title: 'Internal error', detail: 'Some rows already exist.', cause });
  }
}

/** The database refused the data itself (SQLSTATE 22 or 23, SQLITE_CONSTRAINT), so sending it again cannot help. */
export class DataRefusedError extends AppError {
  constructor(cause?: unknown) {
    super({
      code: 'data_refused',
      status: 422,
      title: 'Data refused',
      detail: 'The database refused the data.',
      cause,
    });
  }
}

/**
 * A statement is not a single parameterised query of one tenant. This is a bug, caught before it reaches the database.
 */
export class StatementRefusedError extends AppError {
  constructor(detail: string) {
    super({
      code: 'statement_refused',
      status: 500,
      title: 'Internal error',
      detail: `A database statement was refused: ${detail}.`,
      remedy: 'Report this: it is a bug in the server.',
    });
  }
}

/** The database has tables with our names that this product did not create. */
export class ForeignTablesError extends AppError {
  constructor(tables: string[]) {
    super({
      code: 'foreign_tables',
      status: 500,
      title: 'Foreign tables',
      detail: `The database already holds tables that feedback-loop did not make: ${tables.join(', ')}. Nothing was changed.`,
      remedy:
        'Point FL_DB_URI at an empty database or schema; data of a legacy system is moved by import, not in place.',
    });
  }
}

/** Another process has been migrating for longer than this one waits. */
export class MigrationLockedError extends AppError {
  constructor() {
    super({
      code: 'migration_locked',
      status: 503,
      title: 'Migration locked',
      detail: 'Another process is migrating this database.',
      remedy: 'Wait until it has finished, then run the command again.',
      retryable: true,
    });
  }
}

interface Rule {
  /** SQLSTATE, SQLite code or system error code. */
  code?: RegExp;
  message?: RegExp;
  make: new (cause?: unknown) => AppError;
}

const TLS_CODES =
  /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|HOSTNAME_MISMATCH)/;

/** The first matching rule decides. */
const RULES: Rule[] = [
  { code: TLS_CODES, message: /does not support SSL connections/, make: DatabaseTlsError },
  { message: /unsupported startup parameter/, make: PoolerRefusedError },
  { code: /^57014$/, message: /^Query read timeout$/, make: QueryTimeoutError },
  { message: /timeout exceeded when trying to connect/, make: PoolExhaustedError },
  { code: /^40(?:001|P01)$/, make: TransactionConflictError },
  { code: /^(?:55P03|SQLITE_BUSY|SQLITE_LOCKED)/, make: DatabaseLockedError },
  { code: /^(?:25006|42501|SQLITE_READONLY)/, make: DatabaseReadOnlyError },
  { code: /^(?:53100|SQLITE_FULL|SQLITE_IOERR_WRITE)$/, make: DatabaseFullError },
  { code: /^SQLITE_(?:CORRUPT|NOTADB)/, make: DatabaseCorruptError },
  { message: /no partition of relation/, make: PartitionMissingError },
  { code: /^(?:22012|ROWS_KNOWN)$/, make: RowsExistError },
  { code: /^(?:2[23]|SQLITE_CONSTRAINT|SQLITE_MISMATCH)/, make: DataRefusedError },
  { code: /^42(?:P01|703)$/, message: /no such (?:table|column)/, make: SchemaOutdatedError },
  {
    code: /^(?:08|57P0|53[234]00|58|ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|ENOTDIR|EROFS|EPERM|EEXIST|EACCES|3D000|28|SQLITE_CANTOPEN|SQLITE_IOERR)/,
    message: /Connection terminated|Client has encountered|not queryable/,
    make: DatabaseUnavailableError,
  },
];

const TRANSIENT = [
  DatabaseUnavailableError,
  DatabaseReadOnlyError,
  QueryTimeoutError,
  PoolExhaustedError,
  DatabaseLockedError,
  TransactionConflictError,
];

/**
 * Returns whether the server reports a mistake of this program in the protocol, such as a value that a statement does
 * not use. PostgreSQL files it under connection errors (08P01), but the connection works. A pooler sends the same code
 * as FATAL when it closes a connection.
 */
export function isProtocolError(error: unknown): boolean {
  return codeOf(error) === '08P01' && (error as { severity?: string }).severity === 'ERROR';
}

/** Returns whether a retry may succeed soon, as after a lost connection, a timeout, a lock or a deadlock. */
export function isTransient(error: unknown): boolean {
  const mapped = toDatabaseError(error);
  return TRANSIENT.some((type) => mapped instanceof type);
}

/** Maps an error of a driver to one of the errors above. An error that already is one is returned unchanged. */
export function toDatabaseError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error) ?? '';
  const { message = '' } = (error ?? {}) as { message?: string };
  const rule = isProtocolError(error)
    ? undefined
    : RULES.find((each) => each.code?.test(code) === true || each.message?.test(message) === true);
  if (rule) return new rule.make(error);
  return new AppError({
    code: 'database_error',
    status: 500,
    title: 'Internal error',
    detail: 'The database refused a statement.',
    cause: error,
  });
}
