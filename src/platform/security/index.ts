export { createKey, type NewKey } from './api-key-format.js';
export { ApiKeysService } from './api-keys.service.js';
export { type AuditEntry, writeAudit } from './audit.repository.js';
export { type AuthenticationRequest, type Authenticator, Authenticators } from './authenticators.registry.js';
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
export { FeedbackTokens } from './feedback-tokens.service.js';
export { adminKeyPath, KeyFileError, makeFirstKey } from './first-key.service.js';
export { actorOf, asActor, type Principal, type Session } from './principal.js';
export { SecurityModule } from './security.module.js';
export { type TenantRecord, TenantsRepository } from './tenants.repository.js';
export { MemoryThrottleStorage } from './throttling/memory-throttle-storage.js';
export { limitHeaders, RateLimiter, RateLimitError } from './throttling/rate-limiter.service.js';
export { type Role, ROLES, SCOPES_OF, type User } from './user.js';
