export * from './config.command.js';
export * from './demo.command.js';
export * from './keys.command.js';
export * from './migrate.command.js';
export * from './openapi.command.js';
export * from './predict.command.js';
export * from './spool.command.js';
export * from './start.command.js';
