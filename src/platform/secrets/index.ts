export { FieldCipher, type FieldPlace, UnreadableFieldError } from './field-cipher.service.js';
export { existingKeys, type KeyFingerprint, type OwnKeys, ownKeys } from './own-keys.js';
export { SecretsModule } from './secrets.module.js';
export { Secrets } from './secrets.service.js';
