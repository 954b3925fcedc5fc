export * from './clock.js';
export * from './errors.js';
export * from './ids.js';
export * from './mutex.js';
export * from './package-info.js';
export * from './pagination.js';
export * from './tenant-context.js';
export * from './time.js';
