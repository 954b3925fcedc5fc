export * from './growth.js';
export * from './growth.module.js';
export * from './growth.service.js';
