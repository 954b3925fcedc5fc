export { createKey, type NewKey } from './api-key-format.js';
export { ApiKeysService } from './api-keys.service.js';
export { type AuditEntry, type Deed, writeAudit } from './audit.repository.js';
export { type Authenticator, Authenticators } from './authenticators.js';
export {
  Caller,
  FeedbackTokenAllowed,
  isOpenToPublishableKeys,
  OpenableAs,
  Public,
  PUBLIC_METADATA,
  Publishable,
  Scopes,
  SCOPES_METADATA,
  Unlimited,
} from './decorators.js';
export { ReencryptionService } from './encryption/reencryption.service.js';
export { FeedbackTokens } from './feedback-tokens.js';
export { adminKeyPath, KeyFileError, makeFirstKey } from './first-key.js';
export { actorOf, type Principal, type Session } from './principal.js';
export { SecurityModule } from './security.module.js';
export { type TenantRecord, TenantsRepository } from './tenants.repository.js';
export { MemoryThrottleStorage } from './throttling/memory-throttle-storage.js';
export { limitHeaders, RateLimiter, RateLimitError } from './throttling/rate-limiter.js';
export { type Role, ROLES, SCOPES_OF, type User } from './user.js';
