export type { Actor } from './actor.js';
export { type CamelCase, camelCase, camelCased } from './casing.js';
export { type Clock, CLOCK, systemClock } from './clock.js';
export { type ClockMark, type ClockReading, ServerClock } from './server-clock.js';
export {
  AppError,
  AuthenticationError,
  codeOf,
  type FieldError,
  ForbiddenError,
  isRetryable,
  NotFoundError,
  UnavailableError,
  UnreadableRequestError,
  ValidationError,
} from './errors.js';
export { acceptanceId, isUuid, smallestIdAt, uuidv7 } from './ids.js';
export { etagOf, matchesIfNoneMatch, parseIfMatch, requireVersion } from './if-match.js';
export { Mutex, sleep, withDeadline } from './mutex.js';
export { normalizeOrigin } from './origin.js';
export { draftOf, FileExistsError, publishFile, requireNewFile } from './new-file.js';
export { PACKAGE_ROOT, VERSION } from './package-info.js';
export { CursorCodec, type Page, type Position } from './pagination.js';
export { DEFAULT_TENANT, DEFAULT_TENANT_ID, type TenantContext } from './tenant-context.js';
export {
  DAY_MS,
  formatTime,
  HOUR_MS,
  NOT_A_TIME,
  parseRange,
  parseTime,
  type TimeRange,
  timeOfNumber,
} from './time.js';
export {
  cutText,
  decodeText,
  faultOfNumber,
  faultOfText,
  isEncoding,
  isLongerThan,
  parseExactJson,
  parseNumber,
  readerOf,
  type TextReader,
  type ValueFault,
} from './values.js';
