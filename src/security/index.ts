export * from './api-keys.service.js';
export * from './decorators.js';
export * from './feedback-tokens.js';
export * from './first-key.js';
export * from './principal.js';
export * from './security.module.js';
export * from './throttling/index.js';
