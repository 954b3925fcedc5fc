export * from './accounts.module.js';
export * from './sessions.controller.js';
export * from './users.controller.js';
export * from './users.service.js';
export * from './user.js';
export { createUserValidator } from './dto/accounts.schema.js';
