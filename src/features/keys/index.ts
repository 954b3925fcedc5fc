export * from './administration.controller.js';
export * from './keys.module.js';
export * from './keys-administration.service.js';
export type * from './records.js';
export { createTenantValidator } from './dto/keys.schema.js';
