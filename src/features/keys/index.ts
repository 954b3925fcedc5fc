export { createTenantValidator } from './dto/keys.schema.js';
export { KeysAdministrationService, type NewKeyRecord } from './keys-administration.service.js';
export { KeysModule } from './keys.module.js';
export type { KeyRecord } from './records.js';
