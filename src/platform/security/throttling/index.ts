export * from './memory-throttle-storage.js';
export * from './rate-limit.guard.js';
export * from './rate-limiter.js';
export * from './redis-throttle-storage.js';
export * from './sliding-window.js';
