export { FieldCipher, type FieldPlace, UnreadableFieldError } from './field-cipher.js';
export { type SealedTable, SealedTables } from './sealed-tables.js';
export { Secrets } from './secrets.js';
export { SecretsModule } from './secrets.module.js';
