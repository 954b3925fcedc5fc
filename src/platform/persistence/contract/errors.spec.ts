import {
  DatabaseCorruptError,
  DatabaseFullError,
  DatabaseLockedError,
  DatabaseReadOnlyError,
  DatabaseUnavailableError,
  DataRefusedError,
  PartitionMissingError,
  PoolExhaustedError,
  QueryTimeoutError,
  SchemaOutdatedError,
  toDatabaseError,
} from './errors.js';

describe('toDatabaseError', () => {
  it.each([
    [{ code: '57014' }, QueryTimeoutError],
    [{ message: 'Query read timeout' }, QueryTimeoutError],
    [{ message: 'timeout exceeded when trying to connect' }, PoolExhaustedError],
    [{ code: '57P01' }, DatabaseUnavailableError],
    [{ code: 'ECONNREFUSED' }, DatabaseUnavailableError],
    [{ code: '08006' }, DatabaseUnavailableError],
    [{ message: 'Connection terminated unexpectedly' }, DatabaseUnavailableError],
    [{ code: '53300' }, DatabaseUnavailableError],
    [{ code: '53200' }, DatabaseUnavailableError],
    [{ code: '58030' }, DatabaseUnavailableError],
    [{ code: '25006' }, DatabaseReadOnlyError],
    [{ code: '42501' }, DatabaseReadOnlyError],
    [{ code: 'SQLITE_READONLY_DBMOVED' }, DatabaseReadOnlyError],
    [{ code: 'SQLITE_CANTOPEN' }, DatabaseUnavailableError],
    [{ code: '53100' }, DatabaseFullError],
    [{ code: 'SQLITE_FULL' }, DatabaseFullError],
    [{ code: 'SQLITE_IOERR_WRITE' }, DatabaseFullError],
    [{ code: 'SQLITE_BUSY' }, DatabaseLockedError],
    [{ code: '55P03' }, DatabaseLockedError],
    [{ code: 'SQLITE_CORRUPT' }, DatabaseCorruptError],
    [{ code: '23514', message: 'no partition of relation "predictions" found for row' }, PartitionMissingError],
    [{ code: '22021' }, DataRefusedError],
    [{ code: '23505' }, DataRefusedError],
    [{ code: 'SQLITE_CONSTRAINT_UNIQUE' }, DataRefusedError],
    [{ code: '42P01' }, SchemaOutdatedError],
    [{ code: 'SQLITE_ERROR', message: 'no such table: predictions' }, SchemaOutdatedError],
  ])('S2-01 maps %j', (given, expected) => {
    const error = toDatabaseError(Object.assign(new Error('message' in given ? given.message : 'x'), given));
    expect(error).toBeInstanceOf(expected);
    expect(toDatabaseError(error)).toBe(error);
  });

  it('reveals nothing to a client about an unknown error', () => {
    const error = toDatabaseError(Object.assign(new Error('secret detail'), { code: 'ZZ000' }));
    expect([error.status, error.detail]).toEqual([500, 'The database refused a statement.']);
  });
});
