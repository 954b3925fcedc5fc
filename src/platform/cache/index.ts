export * from './result-cache.js';
export * from './shared-cache.js';
export * from './tiered-cache.js';
