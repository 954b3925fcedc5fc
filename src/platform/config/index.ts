export * from './config.module.js';
export * from './configuration-error.js';
export * from './database-uri.js';
export * from './describe-config.js';
export * from './environment.js';
export * from './feedback-loop-config.js';
export * from './load-config.js';
export * from './scopes.js';
